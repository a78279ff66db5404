"""What if more drafts were accepted, or K were another: sliders over the costs of a race."""

"""Generated training data of the nano pair: small programs, explanations, haiku and JSON answers."""

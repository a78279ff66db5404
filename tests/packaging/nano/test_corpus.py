"""What goes into the training text, and what is said of it."""

import corpus


class FakeDistribution:
    """Only the metadata of a package."""

    def __init__(self, **fields):
        from email.message import Message

        self.metadata = Message()
        for name, value in fields.items():
            for item in value if isinstance(value, list) else [value]:
                self.metadata[name.replace("_", "-")] = item


def test_a_licence_that_is_not_clearly_permissive_is_refused():
    assert corpus.licence(FakeDistribution(License_Expression="MIT")) == "MIT"
    assert corpus.licence(FakeDistribution(Classifier=["License :: OSI Approved :: BSD License"])) == "BSD License"
    assert corpus.licence(FakeDistribution(License="MPL-2.0")) == ""
    assert corpus.licence(FakeDistribution(License="LGPL with exceptions, BSD parts")) == ""
    assert corpus.licence(FakeDistribution()) == ""

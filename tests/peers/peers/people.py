"""The people every identity provider of the tests knows: anybody, by name."""

PASSWORD = "correct horse battery staple"


def person(name):
    title = name[:1].upper() + name[1:]
    return {
        "email": f"{name}@example.com",
        "given": title,
        "family": "Example",
        "full": f"{title} Example",
        "groups": ["staff", "engineers"],
    }

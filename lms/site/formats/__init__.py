"""How the site as shipped writes dates, where Django has a way of its own for a language that we do not share."""

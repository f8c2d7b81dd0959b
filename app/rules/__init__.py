"""Rules people can read: the language, its loader and the engine. Knows no framework, no database and no clock."""

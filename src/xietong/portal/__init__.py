"""The one door to the house: settings, addresses, home, search, and the `xietong` command."""

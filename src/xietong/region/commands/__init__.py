"""The commands of the region, by subject."""

from xietong.region.commands import organisations, people, region

COMMANDS = (*region.COMMANDS, *people.COMMANDS, *organisations.COMMANDS)

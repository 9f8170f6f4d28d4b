"""Reports on a CSV file, by pandas."""

import pandas as pd


def by_continent(path: str) -> pd.DataFrame:
    """Count time zones and the countries that have them, and find how far north and south they lie, for each continent."""
    zones = pd.read_csv(path, keep_default_na=False)  # NA is Namibia here, not a missing value
    zones["continent"] = zones["zone"].str.split("/").str[0]
    report = zones.groupby("continent").agg(
        zones=("zone", "count"),
        countries=("country", "nunique"),
        north=("latitude", "max"),
        south=("latitude", "min"),
    )
    return report.sort_values("zones", ascending=False).reset_index()

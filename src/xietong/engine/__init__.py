"""Pure methods: tables, placing, coding, measures. Arrays or tables in, frozen results out; no Django, no web."""

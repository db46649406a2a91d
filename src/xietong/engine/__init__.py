"""Pure methods: tables, placing, coding, measures; arrays or tables in, frozen results out."""

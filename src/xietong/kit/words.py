"""The sentence and the way out for every problem code of the engine."""

from __future__ import annotations

from dataclasses import dataclass

from xietong.kit.refusals import N_


@dataclass(frozen=True, slots=True)
class Words:
    """English templates, marked for translation and filled with the problem's params."""

    sentence: str
    way_out: str


# What the columns of a register are called, where a sentence speaks of several.
COLUMNS: dict[str, str] = {
    "name": N_("Name of the establishment"),
    "credit_code": N_("Credit code"),
    "registration_number": N_("Registration number"),
    "registered_on": N_("Registered on"),
    "legal_form": N_("Legal form"),
    "capital": N_("Registered capital"),
    "capital_wan": N_("Registered capital"),
    "currency": N_("Currency"),
    "scope": N_("Business scope"),
    "province": N_("Province"),
    "city": N_("City"),
    "county_code": N_("Code of the county"),
    "authority_code": N_("Registering authority"),
    "industry_code": N_("Industry code"),
    "employees": N_("Employees"),
    "longitude": N_("Longitude"),
    "latitude": N_("Latitude"),
    "address": N_("Address"),
}

PROBLEMS: dict[str, Words] = {
    # Of a file that is no table.
    "ending_unknown": Words(
        N_("files that end in “{ending}” are not read"),
        N_("Save the table as CSV, XLSX or Parquet."),
    ),
    "ending_not_written": Words(
        N_("files that end in “{ending}” are not written"),
        N_("Choose a name that ends in .csv, .xlsx or .parquet."),
    ),
    "content_not_as_named": Words(
        N_("the content is not what the file's ending says"),
        N_("Save the table again in the program that made it, under the right ending."),
    ),
    "content_not_a_table": Words(
        N_("the file holds something else than a table of text"),
        N_("Choose the table itself, saved as CSV, XLSX or Parquet."),
    ),
    "encoding_unknown": Words(
        N_("the file's characters cannot be read in any known encoding"),
        N_("Save the file as CSV in UTF-8, or as XLSX."),
    ),
    "file_damaged": Words(
        N_("the file is damaged"),
        N_("Save or export it again and try once more."),
    ),
    "file_encrypted": Words(
        N_("the file is protected by a password"),
        N_("Save a copy without a password."),
    ),
    "workbook_has_macros": Words(
        N_("the workbook contains macros"),
        N_("Save it as a workbook without macros (.xlsx), or as CSV."),
    ),
    "file_too_large": Words(
        N_("the file would take {megabytes} MB once unpacked, and {most} MB is the most"),
        N_("Split the table into several files, or save it as CSV."),
    ),
    "table_empty": Words(
        N_("no table was found in the file"),
        N_("Put the headings into the first row and one establishment into each row below."),
    ),
    "sheet_missing": Words(
        N_("there is no sheet “{sheet}”"),
        N_("Choose one of: {known}."),
    ),
    "too_many_cells": Words(
        N_("the sheet has {cells} cells, and {most} is the most"),
        N_("Delete the blank rows and columns around the table, or save it as CSV."),
    ),
    "too_many_columns": Words(
        N_("the table has {columns} columns, and {most} is the most"),
        N_("Keep only the columns that are needed."),
    ),
    "too_many_rows": Words(
        N_("a sheet holds at most {most} rows"),
        N_("Choose CSV or Parquet instead."),
    ),
    "cell_too_long": Words(
        N_("the text has {length} characters, and a sheet's cell holds at most {most}"),
        N_("Choose CSV or Parquet instead."),
    ),
    "cell_too_large": Words(
        N_("a cell has more than {most} characters"),
        N_("Shorten it, or look whether a quotation mark was left open before it."),
    ),
    "quotes_unbalanced": Words(
        N_("a quotation mark is opened and never closed"),
        N_("Close it, or double it where it belongs to the text."),
    ),
    "row_too_long": Words(
        N_("the row has {cells} cells, and the headings are {columns}"),
        N_("Put a text that holds the separator between quotation marks."),
    ),
    # Of the columns and rows of a register.
    "column_missing": Words(
        N_("no column holds the establishments' names; these headings are not known: {unknown}"),
        N_("Call the column by one of the headings in the guide, or rename it."),
    ),
    "column_ambiguous": Words(
        N_("several columns may be meant: {headings}"),
        N_("Keep one of them, or rename the others."),
    ),
    "place_columns_missing": Words(
        N_("no column says where an establishment lies"),
        N_("Add its address, its county's code, its city, or longitude and latitude."),
    ),
    "no_records": Words(
        N_("no row enters the register"),
        N_("See the other problems, and check that the right file was chosen."),
    ),
    "problems_not_listed": Words(
        N_("{count} more problems of the kind `{problem}` are not listed"),
        N_("Mend those that are listed and check the file again."),
    ),
    "heading_repeated": Words(
        N_("the headings stand here once more; the row was left out"),
        N_("Nothing need be done; take the row out if it troubles you."),
    ),
    "row_not_a_record": Words(
        N_("“{text}” is a total or a note and no establishment; the row was left out"),
        N_("Nothing need be done; take the row out if it troubles you."),
    ),
    "row_twice": Words(
        N_("the row is the same as row {first}; it was counted once"),
        N_("Take one of them out if it stands there by mistake."),
    ),
    "characters_unreadable": Words(
        N_("some characters could not be read"),
        N_("Look the text up at its source and type it anew, or export the file in UTF-8."),
    ),
    "name_missing": Words(
        N_("the name is missing"),
        N_("Fill in the name, or take the row out."),
    ),
    # Of codes.
    "credit_code_length": Words(
        N_("{length} characters, {needed} needed"),
        N_("Copy the whole code from the licence."),
    ),
    "credit_code_letters": Words(
        N_("the code holds a character that such codes do not have"),
        N_("Compare it with the licence; a character is probably mistyped."),
    ),
    "credit_code_check": Words(
        N_("the check character does not fit the rest of the code"),
        N_("Compare the code with the licence; a character is probably mistyped."),
    ),
    "credit_code_twice": Words(
        N_("the code stands in row {first} already; the row was counted once"),
        N_("Take one of them out, or correct the code."),
    ),
    "code_as_number": Words(
        N_("the code was saved as a number and has lost digits"),
        N_("Set the column to text and export the file again."),
    ),
    "registration_number_check": Words(
        N_("the check digit of “{text}” does not fit the rest of the number"),
        N_("Compare it with the licence; a digit is probably mistyped."),
    ),
    "place_code_unreadable": Words(
        N_("“{text}” is no code of a place"),
        N_("Give the county's code, or leave the cell blank."),
    ),
    "industry_code_unreadable": Words(
        N_("“{text}” is no code of an industry"),
        N_("Give the digits of the division, group or class, or leave the cell blank."),
    ),
    # Of a table of organisations.
    "organisation_column_missing": Words(
        N_("no column holds the organisations' names; these headings are not known: {unknown}"),
        N_("Take the template from the page, and keep its headings."),
    ),
    "organisation_kind_unknown": Words(
        N_("“{text}” is no kind of organisation that a table may enter"),
        N_("Choose a kind from the template, or leave the cell blank."),
    ),
    "organisation_twice": Words(
        N_("the same stands in row {first} already"),
        N_("Take one of them out."),
    ),
    "organisation_is_closed": Words(
        N_("the member has closed an organisation of this name"),
        N_("Take the row out, or give the new organisation a name of its own."),
    ),
    "credit_code_elsewhere": Words(
        N_("an organisation of another member has this credit code"),
        N_("Compare the code with the licence."),
    ),
    "superior_unknown": Words(
        N_("the superior organisation “{text}” is neither known nor in the table"),
        N_("Write its name as it stands in the list, or enter it in a row of its own."),
    ),
    "superior_circle": Words(
        N_("the organisation would stand below itself"),
        N_("Correct the superior organisations of these rows."),
    ),
    # Of dates, amounts and numbers.
    "date_unreadable": Words(
        N_("“{text}” is no date"),
        N_("Write it as 2004-05-31."),
    ),
    "date_out_of_range": Words(
        N_("{text} lies outside {first} to {last}"),
        N_("Correct the date, or leave the cell blank."),
    ),
    "capital_unreadable": Words(
        N_("“{text}” is no amount"),
        N_("Write a figure with its unit, or put the unit into the heading."),
    ),
    "capital_without_unit": Words(
        N_("{rows} amounts name no unit and were read as whole units of the currency"),
        N_("Put the unit into the heading."),
    ),
    "currency_unknown": Words(
        N_("“{text}” is no currency that is known here"),
        N_("Use its usual name or its code of three letters."),
    ),
    "currency_differs": Words(
        N_("the currency “{text}” is not that of the amount; the amount's own was taken"),
        N_("Correct the one that is wrong."),
    ),
    "employees_unreadable": Words(
        N_("“{text}” is no number of persons"),
        N_("Give a whole number, or leave the cell blank."),
    ),
    # Of coordinates.
    "coordinates_unreadable": Words(
        N_("“{text}” is no number of degrees"),
        N_("Write degrees as 120.6213."),
    ),
    "coordinates_incomplete": Words(
        N_("longitude and latitude do not stand together"),
        N_("Fill in the other one, or clear both."),
    ),
    "coordinates_out_of_range": Words(
        N_("“{text}” is outside what longitude or latitude can be"),
        N_("Correct the coordinates, or clear both."),
    ),
    "coordinates_outside_region": Words(
        N_(
            "{longitude}, {latitude} lies outside the region; the row was placed by its other words"
        ),
        N_("Correct the coordinates, or clear both."),
    ),
    "coordinates_swapped": Words(
        N_("{longitude}, {latitude} has longitude and latitude exchanged; they were read so"),
        N_("Exchange the headings of the two columns."),
    ),
    # Of a row that was placed and coded, or could not be.
    "place_unknown": Words(
        N_("no place was found for this row; it is kept and counts in no place"),
        N_("Complete the address or the code of the county."),
    ),
    "place_coarse": Words(
        N_("only the prefecture or the province is known; the row counts in no county"),
        N_("Complete the address, or give the code of the county."),
    ),
    "place_outside_member": Words(
        N_("the row lies outside of the member whose register this is; it is kept"),
        N_("See whether it belongs into another member's register, or correct where it lies."),
    ),
    "place_in_words_differs": Words(
        N_("code or address name another county ({code}) than the coordinates, which count"),
        N_("Correct the coordinates, the code or the address, whichever is wrong."),
    ),
    "industry_unknown": Words(
        N_("neither a code nor the words of name and scope tell the industry"),
        N_("Give the industry code, or complete the scope of business."),
    ),
    "industry_code_unknown": Words(
        N_("{text} is no industry code of the edition that this register uses; words were read"),
        N_("Correct the code, or leave it empty."),
    ),
    "industry_code_split": Words(
        N_("{text} was divided among several industries since; the words of the row decided"),
        N_("Give the code of the edition in use."),
    ),
    # Of a register that can be read, and yet may be the wrong one.
    "rows_before_lost": Words(
        N_("the rows of version {version} are lost on this node: what changes cannot be told"),
        N_("Restore the node's files from the backup to see it; all rows are shown as added."),
    ),
    "rows_of_another_member": Words(
        N_("{percent}% of the rows that were placed lie in another member, most in {name}"),
        N_("Check that this is the right file, and that it was uploaded for the right member."),
    ),
    "rows_vanish": Words(
        N_("{rows} of the {before} rows of the version before are not in this file ({percent}%)"),
        N_("Check that the file is complete; a part of a register replaces the whole of it."),
    ),
    "placing_falls": Words(
        N_("{before}% of the rows were placed at the county before, {after}% now"),
        N_("See whether a column of addresses or codes is missing or was read as another."),
    ),
    "coding_falls": Words(
        N_("{before}% of the rows had an industry before, {after}% now"),
        N_("See whether the column of scopes or codes is missing or was read as another."),
    ),
    "columns_vanish": Words(
        N_("these columns were filled before and are empty now: {columns}"),
        N_("See whether they are in the file under another heading."),
    ),
    "few_placed": Words(
        N_("only {percent}% of the rows could be placed at all"),
        N_("See whether the columns of addresses and codes were read as what they are."),
    ),
    "nothing_changes": Words(
        N_("all rows are those of the version before"),
        N_("Nothing need be imported; discard it, or commit it for its words."),
    ),
    # Of outlines.
    "not_geojson": Words(
        N_("the file is no GeoJSON collection of features"),
        N_("Export the outlines as a GeoJSON FeatureCollection."),
    ),
    "outline_without_code": Words(
        N_("the outline has no code"),
        N_("Name the property that holds the code, or fill it in."),
    ),
    "outline_unknown": Words(
        N_("{code} is no county of this region and vintage"),
        N_("Take the outline out, or correct its code."),
    ),
    "outline_twice": Words(
        N_("{code} has an outline already"),
        N_("Join the parts into one outline, or correct the code."),
    ),
    "outline_missing": Words(
        N_("{code} has no outline"),
        N_("Add the county's outline to the file."),
    ),
    "outline_invalid": Words(
        N_("the outline of {code} is no valid polygon"),
        N_("Mend the outline in the program that drew it; its lines must not cross."),
    ),
    "outline_not_in_degrees": Words(
        N_("the outline of {code} is not in degrees, longitude before latitude"),
        N_(
            "Convert the file from its projection to degrees, longitude first, and import it again."
        ),
    ),
    "outlines_overlap": Words(
        N_("the outlines of {code} and {other} lie over each other"),
        N_("Mend the border between the two."),
    ),
    # Of a workbook of corrections.
    "correction_columns_missing": Words(
        N_("the table has no column of units with one of corrections; not known: {unknown}"),
        N_("Take the workbook that the page of corrections gives, and keep its headings."),
    ),
    "correction_rows_many": Words(
        N_("the table has more than {most} rows"),
        N_("Bring in the rows that were filled in, in several files."),
    ),
    "correction_unit_unknown": Words(
        N_("the register holds no such unit"),
        N_("Keep the first column as the workbook gave it."),
    ),
    "correction_value_unknown": Words(
        N_("“{text}” is no code of an industry or a place in use"),
        N_("Give the code's digits; the page of corrections finds it by name."),
    ),
    "correction_reason_long": Words(
        N_("the reason has {length} characters, and {most} is the most"),
        N_("Shorten it."),
    ),
    "correction_twice": Words(
        N_("the unit was corrected in row {first} already"),
        N_("Keep one of the two."),
    ),
    "correction_meanwhile": Words(
        N_("{name} has set it to {value} since the workbook was written"),
        N_("Take a fresh workbook and decide anew."),
    ),
    # Of a pack's coding vocabulary.
    "vocabulary_code_unknown": Words(
        N_("{code} is no code of the classification"),
        N_("Correct the code in the pack's vocabulary."),
    ),
    "vocabulary_weight_unknown": Words(
        N_("the weight {weight} is missing from the vocabulary, or is none that the coder knows"),
        N_("Compare the weights with the list in docs/methods/industry-coding.md."),
    ),
    "vocabulary_word_twice": Words(
        N_("“{word}” stands in the vocabulary twice"),
        N_("Keep the one that decides."),
    ),
    "vocabulary_word_unfolded": Words(
        N_("“{word}” is not written as words are compared"),
        N_("Write it in lower case, half width and Simplified characters."),
    ),
    "vocabulary_word_unknown": Words(
        N_("“{word}” is sold but named nowhere as goods"),
        N_("Add it to the goods, or take it out."),
    ),
    # Of the audit, where the row is the number of an entry.
    "audit_entry_missing": Words(
        N_("{count} entries before this one are missing"),
        N_("Look for them in the last backup: they were taken out of the database by hand."),
    ),
    "audit_entry_changed": Words(
        N_("the entry is not the one that its hash was made of"),
        N_("Compare it with the last backup: it was changed in the database by hand."),
    ),
    "audit_entry_unreadable": Words(
        N_("the entry does not have the form of an entry"),
        N_("Compare it with the last backup: it was changed in the database by hand."),
    ),
    "audit_entry_unlinked": Words(
        N_("the entry does not hang on the one that stands before it"),
        N_("Compare both with the last backup: one of them was exchanged."),
    ),
    "audit_column_differs": Words(
        N_("the column does not say what the entry says"),
        N_("Trust the entry's text, and compare the column with the last backup."),
    ),
    "audit_clock_unnoted": Words(
        N_("the entry does not say how its time stands to that of the one before"),
        N_("Compare it with the last backup: it was not written by this house."),
    ),
    "audit_tail_cut": Words(
        N_("the audit ends at entry {last}, and there was this one"),
        N_("Look for the end in the last backup: it was cut off."),
    ),
    "audit_head_differs": Words(
        N_("another entry had this number when the head was kept"),
        N_("Compare the entries from here on with the last backup."),
    ),
    "audit_head_forged": Words(
        N_("the head of the audit does not carry the signature that it claims"),
        N_("Take the head from where you kept it, as it was written."),
    ),
    "audit_head_foreign": Words(
        N_("the head of the audit was signed by a key that was never this node's"),
        N_("Take a head that this node signed; `xietong node show` names its keys."),
    ),
}

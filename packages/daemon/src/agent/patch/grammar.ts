/** The V4A format as a Lark grammar, for models that take tools with freeform input. */
export const patchGrammar = `start: "*** Begin Patch" NL operation+ "*** End Patch" NL?

operation: addition | deletion | update
addition: "*** Add File: " PATH NL added_line*
deletion: "*** Delete File: " PATH NL
update: "*** Update File: " PATH NL move? first_hunk? hunk*
move: "*** Move to: " PATH NL

first_hunk: hunk_line+ end_of_file?
hunk: header+ hunk_line+ end_of_file?
header: "@@" HEADER_TEXT? NL
end_of_file: "*** End of File" NL

added_line: ADDED_LINE NL
hunk_line: HUNK_LINE NL

PATH: /[^\\n]+/
HEADER_TEXT: / [^\\n]+/
ADDED_LINE: /\\+[^\\n]*/
HUNK_LINE: /[ +-][^\\n]*/
NL: /\\n/
`;

# Fails unless the only symbol that a kernel's object file offers to the linker is its table.
execute_process(COMMAND ${NM} -C --defined-only --extern-only ${OBJECT}
  OUTPUT_VARIABLE symbols RESULT_VARIABLE status OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "nm failed on ${OBJECT}")
endif()
string(REGEX REPLACE "[0-9a-f]+ [A-Z] " "" symbols "${symbols}")
if(NOT symbols STREQUAL "strided::${TABLE}")
  message(FATAL_ERROR "${OBJECT} offers more than strided::${TABLE}:\n${symbols}")
endif()

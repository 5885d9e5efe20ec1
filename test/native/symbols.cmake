# Fails unless all symbols that kernels' object files offer to the linker are tables, which are named
# after the instruction set.
foreach(object ${OBJECTS})
  execute_process(COMMAND ${NM} -C --defined-only --extern-only ${object}
    OUTPUT_VARIABLE symbols RESULT_VARIABLE status OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "nm failed on ${object}")
  endif()
  string(REGEX REPLACE "[0-9a-f]+ [A-Z] " "" symbols "${symbols}")
  string(REGEX REPLACE "\n" ";" symbols "${symbols}")
  if(symbols STREQUAL "")
    message(FATAL_ERROR "${object} offers nothing")
  endif()
  foreach(symbol ${symbols})
    if(NOT symbol MATCHES "^strided::[a-z_]+_${ISA}$")
      message(FATAL_ERROR "${object} offers ${symbol}, which is no table of ${ISA}")
    endif()
  endforeach()
endforeach()

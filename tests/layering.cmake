# Run by ctest as `cmake -DROOT=… -P tests/layering.cmake`: each floor of the house, the floors it
# may look down on, and the headers that have no business there. layering_test.cmake proves that it
# bites.
cmake_minimum_required(VERSION 3.25)

set(floors protocol metrics store sources transport actors app)
set(protocol_sees  protocol)
set(metrics_sees   metrics)
set(store_sees     store)
set(sources_sees   sources protocol)
set(transport_sees transport protocol)
set(actors_sees    actors sources transport store protocol)
set(app_sees       ${floors})

# protocol has no files, no clock, no threads; CAF lives in actors (app wires it), curl in transport
# alone, and each of the other libraries on one floor.
set(protocol_never "caf/|curl/|prometheus/|sqlite3|httplib|fstream|filesystem|unistd|fcntl|sys/|boost/"
                   "|thread|mutex|condition_variable|future")
set(metrics_never  "caf/|curl/|sqlite3|boost/")
set(store_never    "caf/|curl/|prometheus/|boost/")
set(sources_never  "caf/|curl/|prometheus/|sqlite3|httplib|boost/")
set(transport_never "caf/|nlohmann/|prometheus/|sqlite3|httplib|boost/")
set(actors_never   "curl/|sqlite3|httplib|boost/")
set(app_never      "curl/|httplib")

function(check_file floor file)
  string(CONCAT never ${${floor}_never})
  file(STRINGS "${file}" includes REGEX "^[ \t]*#[ \t]*include")
  string(REPLACE "[" "(" includes "${includes}") # a lone bracket would glue two lines together
  foreach(line IN LISTS includes)
    if(line MATCHES "<(${never})")
      message(SEND_ERROR "${file}: ${floor} must not include ${CMAKE_MATCH_1}: ${line}")
    elseif(NOT line MATCHES "\"")
      continue()
    elseif(NOT line MATCHES "\"([a-z]+)/")
      message(SEND_ERROR "${file}: write the path from the root, floor first: ${line}")
    elseif(NOT CMAKE_MATCH_1 IN_LIST ${floor}_sees)
      message(SEND_ERROR "${file}: ${floor} must not see ${CMAKE_MATCH_1}: ${line}")
    endif()
  endforeach()
endfunction()

set(checked 0)
foreach(floor IN LISTS floors)
  file(GLOB_RECURSE files "${ROOT}/${floor}/*.hpp" "${ROOT}/${floor}/*.cpp")
  foreach(file IN LISTS files)
    check_file(${floor} "${file}")
    math(EXPR checked "${checked} + 1")
  endforeach()
endforeach()
if(checked EQUAL 0)
  message(FATAL_ERROR "no source file below ROOT=${ROOT}")
endif()

# What every floor of the house and its tests share: warnings, sanitizers, and how files are found.
include(GoogleTest)

# Warnings are errors on our own code. Libraries come as system headers and stay silent.
function(flotilla_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
  if(FLOTILLA_SANITIZE)
    # CAF 0.17 forms references to null for actors without arguments: hence no `null` check.
    target_compile_options(${target} PRIVATE -fsanitize=${FLOTILLA_SANITIZE} -fno-sanitize=null
                                             -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${FLOTILLA_SANITIZE})
    if(FLOTILLA_SANITIZE MATCHES address)
      # What UBSan knows of each line is five million relocations: two thirds of a start.
      target_link_options(${target} PRIVATE -no-pie)
    endif()
  endif()
endfunction()

# flotilla_floor(NAME [LINKS libs...] [PRECOMPILE headers...]): the library flotilla_NAME of all
# sources that lie directly in the folder NAME.
function(flotilla_floor name)
  cmake_parse_arguments(arg "" "" "LINKS;PRECOMPILE" ${ARGN})
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.cpp)
  if(NOT files)
    add_library(flotilla_${name} INTERFACE)
    return()
  endif()
  add_library(flotilla_${name} STATIC ${files})
  target_include_directories(flotilla_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(flotilla_${name} PUBLIC ${arg_LINKS})
  target_precompile_headers(flotilla_${name} PRIVATE ${arg_PRECOMPILE})
  flotilla_warnings(flotilla_${name})
endfunction()

# flotilla_discover(NAME TIMEOUT): each test of NAME_tests becomes one of ctest's, so that they run
# side by side.
function(flotilla_discover name timeout)
  gtest_discover_tests(${name}_tests TEST_PREFIX ${name}/ DISCOVERY_TIMEOUT 60
                       PROPERTIES TIMEOUT ${timeout} LABELS ${name})
endfunction()

# flotilla_shards(NAME COUNT): the tests of NAME_tests become COUNT of ctest's, of many each: under a
# sanitizer a process takes longer to start than most tests take.
function(flotilla_shards name count)
  math(EXPR last "${count} - 1")
  foreach(shard RANGE ${last})
    add_test(NAME ${name}/shard-${shard} COMMAND ${name}_tests)
    set_tests_properties(${name}/shard-${shard} PROPERTIES TIMEOUT 900 LABELS ${name} ENVIRONMENT
                         "GTEST_TOTAL_SHARDS=${count};GTEST_SHARD_INDEX=${shard}")
  endforeach()
endfunction()

# flotilla_tests(NAME [LINKS libs...] [PRECOMPILE headers...] [SLOW]): the binary NAME_tests of
# tests/NAME/*.cpp. SLOW ones start programs: those are never put together.
function(flotilla_tests name)
  cmake_parse_arguments(arg "SLOW" "" "LINKS;PRECOMPILE" ${ARGN})
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*.cpp)
  if(NOT files)
    return()
  endif()
  add_executable(${name}_tests ${files})
  target_include_directories(${name}_tests PRIVATE ${CMAKE_SOURCE_DIR})
  if(TARGET flotilla_${name})
    target_link_libraries(${name}_tests PRIVATE flotilla_${name})
  endif()
  target_link_libraries(${name}_tests PRIVATE ${arg_LINKS} GTest::gmock GTest::gtest_main)
  target_precompile_headers(${name}_tests PRIVATE <gmock/gmock.h> ${arg_PRECOMPILE})
  flotilla_warnings(${name}_tests)
  target_compile_options(${name}_tests PRIVATE -O0) # half the time to build, and nothing lost
  if(arg_SLOW)
    flotilla_discover(${name} 300)
  elseif(FLOTILLA_SANITIZE)
    flotilla_shards(${name} 8)
  else()
    flotilla_discover(${name} 60)
  endif()
endfunction()

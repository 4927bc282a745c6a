# The page of app/page becomes a part of the program: `page_files` is the source file that holds it.
foreach(file IN ITEMS index.html page.css page.js)
  set(path "${CMAKE_SOURCE_DIR}/app/page/${file}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${path}")
  string(REPLACE "." "_" variable "${file}")
  file(READ "${path}" ${variable})
endforeach()
set(page_files "${CMAKE_BINARY_DIR}/page_files.cpp")
configure_file("${CMAKE_SOURCE_DIR}/app/page/files.cpp.in" "${page_files}" @ONLY)

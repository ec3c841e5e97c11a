# flyball_module(NAME [USES module...] [LINKS target...]): the library of src/NAME and its tests.
#
# Every .cpp below the folder belongs to the library `flyball_NAME`; every *_test.cpp belongs to the program
# `NAME_test`, run by CTest. Files named *_suite.cpp are left to whoever names them: conformance suites.
function(flyball_module NAME)
  cmake_parse_arguments(M "" "" "USES;LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_(test|suite)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_(test|suite)\\.cpp$")

  if(NOT sources)
    return()
  endif()
  add_library(flyball_${NAME} STATIC ${sources})
  target_include_directories(flyball_${NAME} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  foreach(used ${M_USES})
    target_link_libraries(flyball_${NAME} PUBLIC flyball_${used})
  endforeach()
  target_link_libraries(flyball_${NAME} PRIVATE ${M_LINKS})

  if(tests)
    add_executable(${NAME}_test ${tests})
    target_link_libraries(${NAME}_test PRIVATE flyball_${NAME} ${M_LINKS} GTest::gmock GTest::gtest_main)
    target_compile_definitions(${NAME}_test PRIVATE FLYBALL_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_test(NAME ${NAME} COMMAND ${NAME}_test)
  endif()
endfunction()

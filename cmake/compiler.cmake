# Warnings are errors and the same bytes come out wherever the tree lies; each preset spells its other flags out.
add_compile_options(
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.
  -Werror -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wnull-dereference -Wimplicit-fallthrough -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wthread-safety -Wno-missing-designated-field-initializers)
else()
  add_compile_options(-Wno-restrict -Wno-null-dereference)  # g++ 12 raises both on sound code.
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # Several build folders of one tree share their hits.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

# A file with Beast, coroutines and TLS takes 10 s and 400 MB: one of them at a time.
set_property(GLOBAL PROPERTY JOB_POOLS heavy=1)

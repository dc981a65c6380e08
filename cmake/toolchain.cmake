# Compiler flags as one interface target, compiler cache and linker where they are installed.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1 -D_GLIBCXX_ASSERTIONS")
set(CMAKE_CXX_FLAGS_SANITIZED "-O1 -g1 -fno-omit-frame-pointer")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(platform_options INTERFACE)
target_compile_options(platform_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  -Wno-missing-field-initializers -fstack-protector-strong -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
# 128-bit integers are wanted; -Wpedantic would refuse them in every header that names money.
target_compile_options(platform_options INTERFACE -Wno-pedantic)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these from inside its own <string> and <variant> at -O2 and above.
  target_compile_options(platform_options INTERFACE
    -Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds -Wno-stringop-overread)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(platform_options INTERFACE _FORTIFY_SOURCE=2)
endif()

if(PLATFORM_SANITIZE)
  add_compile_options(-fsanitize=${PLATFORM_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PLATFORM_SANITIZE})
endif()
if(PLATFORM_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
endif()

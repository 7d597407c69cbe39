# How a room is declared: one static library that sees only the rooms it uses.
#
# Each room's headers are reachable through an include directory of its own, build/rooms/<room>/, that holds
# nothing but that room. A source file therefore cannot include a header of a room that its own room does not
# name in USES (directly or through one that it names), and the order below rejects a USES that points upwards.

# The floors of the house (design: rooms and their order). A room may use only rooms on lower floors.
set(LOCKSTEP_FLOORS
  node/base=1
  node/runtime=2 node/spec=2.1 node/crypto=2
  node/locking=2.5
  node/chain=3
  node/metrics=3.5
  node/networking=4 node/sync=4 node/validator=4 node/storage=4 node/api=4
  node/node=5 node/real=5.1 sim/core=5 sim/race=5.1 sim/watch=5.15 sim/interpose=5.3 sim/world=5.2
  sim/cluster=6
  sim/checkers=7
  scenarios=8 scenarios/races/history=8.1
  tests=9 fuzz=9 tools=9 tools/vectors=8.5 tools/latency=8.5 tools/lockstep=9.1)

function(lockstep_floor room out)
  foreach(entry IN LISTS LOCKSTEP_FLOORS)
    if(entry MATCHES "^${room}=(.+)$")
      set(${out} ${CMAKE_MATCH_1} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "room '${room}' has no floor in cmake/room.cmake; add it to LOCKSTEP_FLOORS")
endfunction()

# Under ThreadSanitizer rooms are shared libraries: functions of the C++ library that the world and the node both
# use are then there twice, not looked at in the one and instrumented in the other.
set(LOCKSTEP_ROOM_KIND STATIC)
if(LOCKSTEP_SANITIZE MATCHES "thread")
  set(LOCKSTEP_ROOM_KIND SHARED)
endif()

# APART, below: files of this target use one name for different things of their own, or define a macro before they
# include, so that -DCMAKE_UNITY_BUILD=ON compiles them one by one. All others are then compiled several at a time,
# in a third of the time.

# lockstep_room(<path of the room> SOURCES a.cpp … [USES room …] [LINKS library …] [PRIVATE_LINKS library …] [APART])
# Declares the library lockstep::<path with _> from files in the current directory.
function(lockstep_room room)
  cmake_parse_arguments(ROOM "APART" "" "SOURCES;USES;LINKS;PRIVATE_LINKS" ${ARGN})
  string(REPLACE "/" "_" target ${room})
  lockstep_floor(${room} floor)

  if(ROOM_SOURCES)
    add_library(${target} ${LOCKSTEP_ROOM_KIND} ${ROOM_SOURCES})
    if(ROOM_APART)
      set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)
    endif()
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(lockstep::${target} ALIAS ${target})

  set(window ${PROJECT_BINARY_DIR}/rooms/${target})
  get_filename_component(parent ${window}/${room} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${window}/${room} SYMBOLIC)
  target_include_directories(${target} ${scope} ${window})

  foreach(used IN LISTS ROOM_USES)
    lockstep_floor(${used} used_floor)
    if(NOT used_floor VERSION_LESS floor)
      message(FATAL_ERROR "room '${room}' (floor ${floor}) may not use '${used}' (floor ${used_floor}): includes point downwards only")
    endif()
    string(REPLACE "/" "_" used_target ${used})
    target_link_libraries(${target} ${scope} lockstep::${used_target})
  endforeach()
  target_link_libraries(${target} ${scope} lockstep_flags ${ROOM_LINKS})
  if(ROOM_PRIVATE_LINKS)
    target_link_libraries(${target} PRIVATE ${ROOM_PRIVATE_LINKS})
  endif()
  if(LOCKSTEP_SANITIZE MATCHES "thread" AND ROOM_SOURCES)
    target_link_options(${target} PRIVATE -Wl,-Bsymbolic-functions)
    if(room MATCHES "^(sim/|scenarios$|tools)")
      # What the world does is not looked at: its functions tell of their entry, as they do in the preset race.
      set_property(SOURCE ${ROOM_SOURCES} APPEND PROPERTY COMPILE_OPTIONS
        -fno-sanitize=thread -finstrument-functions-after-inlining -include ${PROJECT_SOURCE_DIR}/sim/watch/library.h)
    endif()
  endif()
endfunction()

# lockstep_program(<name> SOURCES … [USES …] [LINKS …] [APART]): a program in build/PRESET/bin.
function(lockstep_program name)
  cmake_parse_arguments(PROGRAM "APART" "" "SOURCES;USES;LINKS" ${ARGN})
  add_executable(${name} ${PROGRAM_SOURCES})
  if(PROGRAM_APART)
    set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  endif()
  foreach(used IN LISTS PROGRAM_USES)
    string(REPLACE "/" "_" used_target ${used})
    target_link_libraries(${name} PRIVATE lockstep::${used_target})
  endforeach()
  target_link_libraries(${name} PRIVATE lockstep_flags ${PROGRAM_LINKS})
  if(LOCKSTEP_SANITIZE MATCHES "thread")
    target_link_libraries(${name} PRIVATE lockstep_watch lockstep_telling)
  endif()
endfunction()

# lockstep_test(<name> LABEL unit|seam|spec|scenario|real|house|fuzz SOURCES … [USES …] [LINKS …] [FINDS_FILES]
#   [COUNTS_SCHEDULES] [APART])
# A GoogleTest program whose cases are listed in CTest under one label. With FINDS_FILES it knows where vectors and
# sources lie; the others do not, so that a compiler cache serves all clones.
function(lockstep_test name)
  cmake_parse_arguments(TEST "FINDS_FILES;COUNTS_SCHEDULES;APART" "LABEL;TIMEOUT" "SOURCES;USES;LINKS" ${ARGN})
  lockstep_program(${name} SOURCES ${TEST_SOURCES} USES ${TEST_USES} LINKS ${TEST_LINKS} GTest::gtest_main)
  if(TEST_APART)
    set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  if(TEST_FINDS_FILES)
    target_compile_definitions(${name} PRIVATE
      LOCKSTEP_VECTORS_DIR="${LOCKSTEP_VECTORS}" LOCKSTEP_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  endif()
  # A sanitizer looks for what a schedule does to memory, not for rare schedules: it gets a tenth of them.
  if(TEST_COUNTS_SCHEDULES)
    if(LOCKSTEP_SANITIZE)
      target_compile_definitions(${name} PRIVATE LOCKSTEP_SCHEDULES_PERCENT=10)
    else()
      target_compile_definitions(${name} PRIVATE LOCKSTEP_SCHEDULES_PERCENT=100)
    endif()
  endif()
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 300)
  endif()
  # What runs in real time gets the machine to itself.
  set(alone)
  if(TEST_LABEL STREQUAL "real")
    set(alone RUN_SERIAL ON)
  endif()
  # Under CTest properties try the same cases every time; run the program itself for fresh ones.
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${TEST_LABEL} TIMEOUT ${TEST_TIMEOUT} ENVIRONMENT "RC_PARAMS=seed=20261120" ${alone})
endfunction()

# lockstep_bench(<name> SOURCES … [USES …]): a Google Benchmark program, run by hand and as a smoke run in CI.
function(lockstep_bench name)
  cmake_parse_arguments(BENCH "" "" "SOURCES;USES;LINKS" ${ARGN})
  lockstep_program(${name} SOURCES ${BENCH_SOURCES} USES ${BENCH_USES}
                   LINKS ${BENCH_LINKS} benchmark::benchmark benchmark::benchmark_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
  set_property(GLOBAL APPEND PROPERTY LOCKSTEP_BENCHES ${name})
endfunction()

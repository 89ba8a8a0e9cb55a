# find_package(rediscluster) gives the target rediscluster::rediscluster.
# Installed in LIBDIR/cmake/rediscluster: the library is two folders up, and the header in an include folder above it,
# for LIBDIR is PREFIX/lib or PREFIX/lib/<machine>. No path is written here: the whole may be moved.

get_filename_component(_rediscluster_lib "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)

find_library(rediscluster_LIBRARY rediscluster
  PATHS "${_rediscluster_lib}" NO_DEFAULT_PATH)
find_path(rediscluster_INCLUDE_DIR rediscluster.h
  PATHS "${_rediscluster_lib}/../include" "${_rediscluster_lib}/../../include" NO_DEFAULT_PATH)
mark_as_advanced(rediscluster_LIBRARY rediscluster_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(rediscluster
  REQUIRED_VARS rediscluster_LIBRARY rediscluster_INCLUDE_DIR
  VERSION_VAR rediscluster_VERSION)

if(rediscluster_FOUND AND NOT TARGET rediscluster::rediscluster)
  add_library(rediscluster::rediscluster UNKNOWN IMPORTED)
  set_target_properties(rediscluster::rediscluster PROPERTIES
    IMPORTED_LOCATION "${rediscluster_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${rediscluster_INCLUDE_DIR}")
endif()

unset(_rediscluster_lib)

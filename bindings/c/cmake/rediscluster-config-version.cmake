# The version of the installed library, read from its header: there is no second place to keep it.
# Below 1.0 a new minor version may break what the last one had: the one that is asked for must be the one that is here.

set(PACKAGE_VERSION "")
foreach(_rediscluster_folder IN ITEMS "../../../include" "../../../../include")
  set(_rediscluster_header "${CMAKE_CURRENT_LIST_DIR}/${_rediscluster_folder}/rediscluster.h")
  if(NOT PACKAGE_VERSION AND EXISTS "${_rediscluster_header}")
    file(STRINGS "${_rediscluster_header}" _rediscluster_line REGEX "^#define REDISCLUSTER_VERSION ")
    string(REGEX REPLACE ".*\"(.*)\".*" "\\1" PACKAGE_VERSION "${_rediscluster_line}")
  endif()
endforeach()

string(REGEX MATCH "^[0-9]+\\.[0-9]+" _rediscluster_here "${PACKAGE_VERSION}")
string(REGEX MATCH "^[0-9]+\\.[0-9]+" _rediscluster_asked "${PACKAGE_FIND_VERSION}")

set(PACKAGE_VERSION_COMPATIBLE FALSE)
set(PACKAGE_VERSION_EXACT FALSE)
if(_rediscluster_asked STREQUAL _rediscluster_here AND NOT PACKAGE_FIND_VERSION VERSION_GREATER PACKAGE_VERSION)
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
endif()
if(PACKAGE_FIND_VERSION VERSION_EQUAL PACKAGE_VERSION)
  set(PACKAGE_VERSION_EXACT TRUE)
endif()

unset(_rediscluster_folder)
unset(_rediscluster_header)
unset(_rediscluster_line)
unset(_rediscluster_here)
unset(_rediscluster_asked)

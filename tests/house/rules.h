// The rules of the house that a machine can check, each as a function from sources to findings.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "source.h"

namespace lockstep::house {

/// One breach: `path:line: what is wrong and what to do instead`.
using Findings = std::vector<std::string>;

/// Rooms and their floors as cmake/room.cmake declares them.
using Floors = std::map<std::string, double>;
Floors read_floors(const Source& room_cmake);

/// Includes point downwards only, and strangers stay strangers.
Findings check_includes(const std::vector<Source>& sources, const Floors& floors);

/// Words that let the outside world into node, sim or scenarios; the message names the replacement.
Findings check_banned_words(const std::vector<Source>& sources);

/// The node has no word for simulation outside its seams.
Findings check_node_knows_no_simulation(const std::vector<Source>& sources);

/// No loop over an unordered container where its order could be seen.
Findings check_unordered_loops(const std::vector<Source>& sources);

/// The first line of a file is a comment that says what lives there.
Findings check_first_lines(const std::vector<Source>& sources);

/// At most 500 lines a file, but for the exceptions that the rule itself lists with their reasons.
Findings check_lengths(const std::vector<Source>& sources);

/// What is left to do carries the number of an issue, and nothing carries a path of somebody's machine.
Findings check_leftovers(const std::vector<Source>& sources);

/// No type is named after what it is not sure to be: Manager, Helper, Util, Impl.
Findings check_type_names(const std::vector<Source>& sources);

/// Every story below scenarios/ is named in scenarios/catalogue.cpp.
Findings check_catalogue(const std::vector<Source>& sources);

}  // namespace lockstep::house

// What the nodes of a cluster are called.
#pragma once

#include <cstdint>
#include <string>

namespace lockstep::cluster {

/// Ann, Bob, Cyd, … Zoe for the first 26 nodes, then Ann2, Bob2 … A name never depends on how many there are.
std::string name_of(std::uint64_t node);

}  // namespace lockstep::cluster

// How forks and joins keep a thread's locking apart from another's.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lockstep::race {

/// How often a thread had forked or was over, and what it knew of others' counts, by their index; those
/// beyond the end are 0.
using LockEra = std::vector<std::uint32_t>;

[[nodiscard]] inline std::uint32_t count_in(const LockEra& era, std::uint32_t thread) {
  return thread < era.size() ? era[thread] : 0;
}

/// `parent` starts a child, whose era it becomes.
inline void fork_era(LockEra& parent, std::uint32_t parent_index, LockEra& child) {
  parent.resize(std::max<std::size_t>(parent.size(), parent_index + 1));
  // What the parent does from here on is of a new era, of whose beginning the child knows.
  ++parent[parent_index];
  child.assign(parent.begin(), parent.end());
}

/// `joiner` waits for the end of `joined`.
inline void join_era(LockEra& joiner, const LockEra& joined, std::uint32_t joined_index) {
  joiner.resize(std::max<std::size_t>({joiner.size(), joined.size(), joined_index + 1}));
  for (std::size_t i = 0; i < joined.size(); ++i) {
    joiner[i] = std::max(joiner[i], joined[i]);
  }
  // It has ended: all that it ever did is past.
  joiner[joined_index] = count_in(joined, joined_index) + 1;
}

}  // namespace lockstep::race

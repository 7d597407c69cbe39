// How stories refer to nodes: by name, alone or several together.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <string>
#include <vector>

#include "sim/cluster/names.h"

namespace lockstep::cluster {

/// One node of a cluster.
struct Member {
  std::uint64_t number = 0;
  [[nodiscard]] std::string name() const { return name_of(number); }
  friend bool operator==(const Member&, const Member&) = default;
};

/// Some nodes, in ascending order.
class Group {
 public:
  Group() = default;
  Group(const Member& one) : numbers_{one.number} {}  // NOLINT: one node is a group.
  Group(std::initializer_list<Member> members) {      // NOLINT: so is a list of them.
    for (const Member& member : members) {
      numbers_.push_back(member.number);
    }
    std::sort(numbers_.begin(), numbers_.end());
  }
  explicit Group(std::vector<std::uint64_t> numbers) : numbers_(std::move(numbers)) {
    std::sort(numbers_.begin(), numbers_.end());
  }

  [[nodiscard]] const std::vector<std::uint64_t>& numbers() const { return numbers_; }
  [[nodiscard]] bool contains(std::uint64_t number) const {
    return std::binary_search(numbers_.begin(), numbers_.end(), number);
  }
  /// Everybody who is in one of both.
  friend Group operator+(const Group& a, const Group& b) {
    std::vector<std::uint64_t> both;
    std::set_union(a.numbers_.begin(), a.numbers_.end(), b.numbers_.begin(), b.numbers_.end(),
                   std::back_inserter(both));
    return Group(std::move(both));
  }

 private:
  std::vector<std::uint64_t> numbers_;
};

}  // namespace lockstep::cluster

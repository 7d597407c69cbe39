// What a checker keeps of each node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lockstep::checkers {

/// One T for each node, made when it is first asked for. Nodes are numbered from 0 without gaps and are asked
/// for with every report, so that a tree of them would cost more than the checks. References hold until
/// another node is asked for.
template <typename T>
class ByNode {
 public:
  [[nodiscard]] T& operator[](std::uint64_t node) {
    if (node >= all_.size()) {
      all_.resize(static_cast<std::size_t>(node) + 1);
    }
    return all_[static_cast<std::size_t>(node)];
  }

 private:
  std::vector<T> all_;
};

}  // namespace lockstep::checkers

// Merkle roots by the letter of the definition: all leaves in memory, all zeros hashed.
#pragma once

#include <vector>

#include "node/crypto/sha256.h"
#include "node/spec/types.h"

namespace lockstep::spec::tests {

/// The root of a tree of 2^depth leaves. Only for small depths.
inline Root naive_root(std::vector<Root> leaves, std::size_t depth) {
  leaves.resize(std::size_t{1} << depth);
  while (leaves.size() > 1) {
    std::vector<Root> parents;
    for (std::size_t i = 0; i < leaves.size(); i += 2) {
      base::Bytes both(leaves[i].data.begin(), leaves[i].data.end());
      both.insert(both.end(), leaves[i + 1].data.begin(), leaves[i + 1].data.end());
      parents.push_back(crypto::sha256(both));
    }
    leaves = std::move(parents);
  }
  return leaves[0];
}

}  // namespace lockstep::spec::tests

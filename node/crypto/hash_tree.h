// The trees of an XMSS key: one top tree over bottom trees that are made when their slots come.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "node/crypto/prf.h"
#include "node/crypto/xmss_hash.h"

namespace lockstep::crypto {

/// The bottom tree `index`: layers 0 … L/2, the last holding its root alone. Computes every chain of every
/// slot in it, which takes seconds for production parameters. Requires: index < leaves_per_bottom_tree.
HashSubTree make_bottom_tree(const XmssHash& hash, const HashParameter& parameter,
                             const base::Bytes32& prf_key, std::uint64_t index);

/// The top tree over the roots of neighbouring bottom trees, the first of which is tree `first`. Nodes that
/// have no neighbour get a random one out of `source`, as leanSpec does.
HashSubTree make_top_tree(const XmssHash& hash, const HashParameter& parameter, std::uint64_t first,
                          const std::vector<HashDigest>& bottom_roots, const ByteSource& source);

/// Appends the siblings of leaf `position` of `tree`, counted in the whole tree. Requires: the tree covers
/// it.
void append_path(const HashSubTree& tree, std::uint64_t position, std::vector<HashDigest>& siblings);

/// Whether `tree` has layers from `lowest` to `lowest + L/2` that hold every sibling on the paths of the
/// leaves first … last, and a root.
bool covers(const XmssParameters& parameters, const HashSubTree& tree, std::uint64_t lowest,
            std::uint64_t first, std::uint64_t last);

}  // namespace lockstep::crypto

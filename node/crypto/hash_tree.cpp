// Building the trees of an XMSS key and reading paths off them.
#include "node/crypto/hash_tree.h"

#include <utility>

#include "node/base/assert.h"

namespace lockstep::crypto {

namespace {

HashDigest draw_digest(const ByteSource& source) {
  HashDigest out;
  for (Fp& element : out) {
    element = draw_element(source);
  }
  return out;
}

/// Gives the first and the last node a neighbour if they have none, so that all can be hashed in pairs.
void pad(HashTreeLayer& layer, const ByteSource& source) {
  if (layer.start_index % 2 == 1) {
    layer.nodes.insert(layer.nodes.begin(), draw_digest(source));
    --layer.start_index;
  }
  if (layer.nodes.size() % 2 == 1) {
    layer.nodes.push_back(draw_digest(source));
  }
}

HashTreeLayer parents_of(const XmssHash& hash, const HashParameter& parameter, std::uint32_t level,
                         const HashTreeLayer& children) {
  HashTreeLayer parents{children.start_index / 2, {}};
  parents.nodes.reserve(children.nodes.size() / 2);
  for (std::size_t i = 0; i + 1 < children.nodes.size(); i += 2) {
    parents.nodes.push_back(
        hash.node(parameter, level, parents.start_index + i / 2, children.nodes[i], children.nodes[i + 1]));
  }
  return parents;
}

}  // namespace

HashSubTree make_bottom_tree(const XmssHash& hash, const HashParameter& parameter,
                             const base::Bytes32& prf_key, std::uint64_t index) {
  const XmssParameters& parameters = hash.parameters();
  const std::uint64_t leaves = parameters.leaves_per_bottom_tree();
  LOCKSTEP_ASSERT(index < leaves);
  Prf prf(prf_key);
  HashTreeLayer layer{index * leaves, {}};
  layer.nodes.reserve(static_cast<std::size_t>(leaves));
  std::vector<HashDigest> ends(parameters.dimension);
  for (std::uint64_t epoch = index * leaves; epoch < (index + 1) * leaves; ++epoch) {
    for (std::size_t chain = 0; chain < ends.size(); ++chain) {
      ends[chain] =
          hash.walk_chain(parameter, epoch, chain, 0, kWinternitzBase - 1, prf.chain_start(epoch, chain));
    }
    layer.nodes.push_back(hash.leaf(parameter, epoch, ends));
  }

  // A whole bottom tree begins at an even leaf and halves evenly: no layer needs padding.
  HashSubTree tree{parameters.log_lifetime, 0, {std::move(layer)}};
  for (std::uint32_t level = 1; level <= parameters.log_lifetime / 2; ++level) {
    tree.layers.push_back(parents_of(hash, parameter, level, tree.layers.back()));
  }
  return tree;
}

HashSubTree make_top_tree(const XmssHash& hash, const HashParameter& parameter, std::uint64_t first,
                          const std::vector<HashDigest>& bottom_roots, const ByteSource& source) {
  const std::uint32_t height = hash.parameters().log_lifetime;
  HashSubTree tree{height, height / 2, {{first, bottom_roots}}};
  pad(tree.layers.back(), source);
  for (std::uint32_t level = height / 2 + 1; level <= height; ++level) {
    tree.layers.push_back(parents_of(hash, parameter, level, tree.layers.back()));
    pad(tree.layers.back(), source);
  }
  return tree;
}

void append_path(const HashSubTree& tree, std::uint64_t position, std::vector<HashDigest>& siblings) {
  for (std::size_t i = 0; i + 1 < tree.layers.size(); ++i) {
    const HashTreeLayer& layer = tree.layers[i];
    const std::uint64_t sibling = position ^ 1;
    LOCKSTEP_ASSERT(sibling >= layer.start_index && sibling - layer.start_index < layer.nodes.size());
    siblings.push_back(layer.nodes[static_cast<std::size_t>(sibling - layer.start_index)]);
    position /= 2;
  }
}

bool covers(const XmssParameters& parameters, const HashSubTree& tree, std::uint64_t lowest,
            std::uint64_t first, std::uint64_t last) {
  const std::size_t height = parameters.log_lifetime / 2;
  if (tree.depth != parameters.log_lifetime || tree.lowest_layer != lowest ||
      tree.layers.size() != height + 1) {
    return false;
  }
  for (std::size_t i = 0; i < height; ++i) {
    const HashTreeLayer& layer = tree.layers[i];
    const std::uint64_t left = (first >> i) & ~std::uint64_t{1};
    const std::uint64_t right = (last >> i) | 1;
    if (layer.start_index > left || right - layer.start_index >= layer.nodes.size()) {
      return false;
    }
  }
  return !tree.layers.back().nodes.empty();
}

}  // namespace lockstep::crypto

// XMSS: making keys, signing, verifying.
#include "node/crypto/xmss.h"

#include <algorithm>
#include <array>
#include <utility>

#include "node/base/assert.h"
#include "node/crypto/hash_tree.h"

namespace lockstep::crypto {

namespace {

struct TreeRange {
  std::uint64_t begin;
  std::uint64_t end;
};

/// The bottom trees that cover the slots: at least two, moved back where they would reach beyond the
/// lifetime.
TreeRange whole_trees(const XmssParameters& parameters, std::uint64_t slot, std::uint64_t count) {
  const std::uint64_t leaves = parameters.leaves_per_bottom_tree();
  const std::uint64_t begin = slot / leaves;
  const std::uint64_t end = std::max((slot + count + leaves - 1) / leaves, begin + 2);
  const std::uint64_t trees = parameters.lifetime() / leaves;
  const std::uint64_t excess = end > trees ? end - trees : 0;
  return {begin - std::min(begin, excess), end - excess};
}

std::uint64_t prepared_begin(const XmssParameters& parameters, const XmssSecretKey& key) {
  return key.left_bottom_tree_index * parameters.leaves_per_bottom_tree();
}

bool is_active(const XmssSecretKey& key, std::uint64_t slot) {
  return slot >= key.activation_slot && slot - key.activation_slot < key.num_active_slots;
}

bool is_prepared(const XmssParameters& parameters, const XmssSecretKey& key, std::uint64_t slot) {
  const std::uint64_t begin = prepared_begin(parameters, key);
  return slot >= begin && slot - begin < 2 * parameters.leaves_per_bottom_tree();
}

}  // namespace

base::Result<XmssKeyPair, XmssKeyError> xmss_key_gen(const XmssHash& hash, std::uint64_t activation_slot,
                                                     std::uint64_t num_active_slots,
                                                     const ByteSource& source) {
  const XmssParameters& parameters = hash.parameters();
  if (activation_slot > parameters.lifetime() || num_active_slots > parameters.lifetime() - activation_slot) {
    return XmssKeyError::kOutsideLifetime;
  }
  XmssSecretKey key;
  for (Fp& element : key.parameter) {
    element = draw_element(source);
  }
  source(key.prf_key.data);

  const TreeRange trees = whole_trees(parameters, activation_slot, num_active_slots);
  key.activation_slot = trees.begin * parameters.leaves_per_bottom_tree();
  key.num_active_slots = (trees.end - trees.begin) * parameters.leaves_per_bottom_tree();
  key.left_bottom_tree_index = trees.begin;
  std::vector<HashDigest> roots;
  for (std::uint64_t index = trees.begin; index < trees.end; ++index) {
    HashSubTree tree = make_bottom_tree(hash, key.parameter, key.prf_key, index);
    roots.push_back(tree.layers.back().nodes.front());
    if (index == trees.begin) {
      key.left_bottom_tree = std::move(tree);
    } else if (index == trees.begin + 1) {
      key.right_bottom_tree = std::move(tree);
    }
  }
  key.top_tree = make_top_tree(hash, key.parameter, trees.begin, roots, source);
  const XmssPublicKey public_key{key.top_tree.layers.back().nodes.front(), key.parameter};
  return XmssKeyPair{public_key, std::move(key)};
}

base::Result<XmssSignature, SigningError> xmss_sign(const XmssHash& hash, const XmssSecretKey& key,
                                                    std::uint64_t slot, const base::Bytes32& message) {
  const XmssParameters& parameters = hash.parameters();
  if (!is_active(key, slot)) {
    return SigningError::kSlotOutsideLifetime;
  }
  if (!is_prepared(parameters, key, slot)) {
    return SigningError::kSlotNotPrepared;
  }
  Prf prf(key.prf_key);
  const MessageElements elements = message_elements(message);
  XmssSignature signature;
  std::optional<Codeword> codeword;
  for (std::uint64_t attempt = 0; attempt < kMaximumEncodingTries && !codeword; ++attempt) {
    signature.rho = prf.randomness(slot, message, attempt);
    codeword = hash.encode(key.parameter, slot, signature.rho, elements);
  }
  if (!codeword) {
    return SigningError::kNoEncodingFound;
  }
  signature.hashes.reserve(parameters.dimension);
  for (std::size_t chain = 0; chain < parameters.dimension; ++chain) {
    signature.hashes.push_back(
        hash.walk_chain(key.parameter, slot, chain, 0, (*codeword)[chain], prf.chain_start(slot, chain)));
  }
  const std::uint64_t leaves = parameters.leaves_per_bottom_tree();
  const bool left = slot - prepared_begin(parameters, key) < leaves;
  signature.path.siblings.reserve(parameters.log_lifetime);
  append_path(left ? key.left_bottom_tree : key.right_bottom_tree, slot, signature.path.siblings);
  append_path(key.top_tree, slot / leaves, signature.path.siblings);
  return signature;
}

bool xmss_verify(const XmssHash& hash, const XmssPublicKey& key, std::uint64_t slot,
                 const base::Bytes32& message, const XmssSignature& signature) {
  const XmssParameters& parameters = hash.parameters();
  if (slot >= parameters.lifetime() || signature.hashes.size() != parameters.dimension ||
      signature.path.siblings.size() != parameters.log_lifetime) {
    return false;
  }
  const auto codeword = hash.encode(key.parameter, slot, signature.rho, message_elements(message));
  if (!codeword) {
    return false;
  }
  std::array<HashDigest, kMaximumDimension> ends;
  for (std::size_t chain = 0; chain < parameters.dimension; ++chain) {
    ends[chain] = hash.walk_chain(key.parameter, slot, chain, (*codeword)[chain], kWinternitzBase - 1,
                                  signature.hashes[chain]);
  }
  HashDigest node = hash.leaf(key.parameter, slot, std::span(ends).first(parameters.dimension));
  std::uint64_t position = slot;
  std::uint32_t level = 0;
  for (const HashDigest& sibling : signature.path.siblings) {
    const bool is_left = position % 2 == 0;
    position /= 2;
    ++level;
    node = hash.node(key.parameter, level, position, is_left ? node : sibling, is_left ? sibling : node);
  }
  return node == key.root;
}

bool xmss_advance_preparation(const XmssHash& hash, XmssSecretKey& key) {
  const std::uint64_t next = key.left_bottom_tree_index + 2;
  if ((next + 1) * hash.parameters().leaves_per_bottom_tree() > key.activation_slot + key.num_active_slots) {
    return false;
  }
  key.left_bottom_tree =
      std::exchange(key.right_bottom_tree, make_bottom_tree(hash, key.parameter, key.prf_key, next));
  ++key.left_bottom_tree_index;
  return true;
}

bool is_consistent(const XmssParameters& parameters, const XmssSecretKey& key) {
  const std::uint64_t leaves = parameters.leaves_per_bottom_tree();
  const std::uint64_t lifetime = parameters.lifetime();
  if (key.activation_slot % leaves != 0 || key.num_active_slots % leaves != 0 ||
      key.activation_slot > lifetime || key.num_active_slots > lifetime - key.activation_slot ||
      key.num_active_slots < 2 * leaves) {
    return false;
  }
  const std::uint64_t first = key.activation_slot / leaves;
  const std::uint64_t last = first + key.num_active_slots / leaves - 1;
  const std::uint64_t left = key.left_bottom_tree_index;
  if (left < first || left >= last ||
      !covers(parameters, key.top_tree, parameters.log_lifetime / 2, first, last) ||
      !covers(parameters, key.left_bottom_tree, 0, left * leaves, (left + 1) * leaves - 1) ||
      !covers(parameters, key.right_bottom_tree, 0, (left + 1) * leaves, (left + 2) * leaves - 1)) {
    return false;
  }
  const HashTreeLayer& roots = key.top_tree.layers.front();
  const auto at = static_cast<std::size_t>(left - roots.start_index);
  return roots.nodes[at] == key.left_bottom_tree.layers.back().nodes.front() &&
         roots.nodes[at + 1] == key.right_bottom_tree.layers.back().nodes.front();
}

XmssScheme::XmssScheme(const XmssParameters& parameters) : hash_(parameters) {}

std::size_t XmssScheme::signature_size() const {
  return hash_.parameters().signature_size();
}

bool XmssScheme::is_well_formed(base::ByteView signature) const {
  return is_well_formed_xmss_signature(hash_.parameters(), signature);
}

bool XmssScheme::verify(const PublicKey& key, std::uint64_t slot, const base::Bytes32& message,
                        base::ByteView signature) const {
  const auto public_key = decode_xmss_public_key(key);
  if (!public_key) {
    return false;
  }
  const auto decoded = decode_xmss_signature(hash_.parameters(), signature);
  return decoded && xmss_verify(hash_, *public_key, slot, message, *decoded);
}

XmssSigningKey::XmssSigningKey(const XmssParameters& parameters, XmssSecretKey key)
    : hash_(parameters), key_(std::move(key)) {
  LOCKSTEP_ASSERT(is_consistent(parameters, key_));
  Prf::warm_up();
  public_key_ = encode(XmssPublicKey{key_.top_tree.layers.back().nodes.front(), key_.parameter});
}

base::Result<XmssSigningKey, XmssKeyError> XmssSigningKey::load(const XmssParameters& parameters,
                                                                base::ByteView bytes) {
  auto key = decode_xmss_secret_key(parameters, bytes);
  if (!key) {
    return XmssKeyError::kMalformed;
  }
  if (!is_consistent(parameters, *key)) {
    return XmssKeyError::kInconsistent;
  }
  return XmssSigningKey(parameters, std::move(*key));
}

bool XmssSigningKey::prepare(std::uint64_t slot) {
  const XmssParameters& parameters = hash_.parameters();
  if (!is_active(key_, slot) || slot < prepared_begin(parameters, key_)) {
    return false;
  }
  if (is_prepared(parameters, key_, slot)) {
    return true;
  }
  const std::uint64_t tree = slot / parameters.leaves_per_bottom_tree();
  if (tree == key_.left_bottom_tree_index + 2) {
    return xmss_advance_preparation(hash_, key_);
  }
  // Far ahead: the window that advancing tree by tree would end with, without the trees in between.
  key_.left_bottom_tree = make_bottom_tree(hash_, key_.parameter, key_.prf_key, tree - 1);
  key_.right_bottom_tree = make_bottom_tree(hash_, key_.parameter, key_.prf_key, tree);
  key_.left_bottom_tree_index = tree - 1;
  return true;
}

base::Result<base::Bytes, SigningError> XmssSigningKey::sign(std::uint64_t slot,
                                                             const base::Bytes32& message) {
  if (!used_.allows(slot, message)) {
    return SigningError::kSlotAlreadyUsed;
  }
  const auto signature = xmss_sign(hash_, key_, slot, message);
  if (!signature) {
    return signature.error();
  }
  used_.note(slot, message);
  return encode(*signature);
}

}  // namespace lockstep::crypto

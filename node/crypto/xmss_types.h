// What XMSS keys and signatures consist of, and their SSZ form.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "node/base/bytes.h"
#include "node/crypto/koalabear.h"
#include "node/crypto/xmss_parameters.h"

namespace lockstep::crypto {

/// A node of a hash tree or a link of a hash chain.
using HashDigest = std::array<Fp, 8>;

/// The public salt of one key.
using HashParameter = std::array<Fp, 5>;

/// What a signer varied until its message could be encoded.
using EncodingRandomness = std::array<Fp, 7>;

/// The siblings from a leaf up to the root, the leaf's own first.
struct HashTreeOpening {
  std::vector<HashDigest> siblings;
  friend bool operator==(const HashTreeOpening&, const HashTreeOpening&) = default;
};

/// Neighbouring nodes of one level; `start_index` counts from the left end of the whole tree's level.
struct HashTreeLayer {
  std::uint64_t start_index = 0;
  std::vector<HashDigest> nodes;
  friend bool operator==(const HashTreeLayer&, const HashTreeLayer&) = default;
};

/// Part of a tree of height `depth`: layers from `lowest_layer` upwards; the last one begins with its root.
struct HashSubTree {
  std::uint64_t depth = 0;
  std::uint64_t lowest_layer = 0;
  std::vector<HashTreeLayer> layers;
  friend bool operator==(const HashSubTree&, const HashSubTree&) = default;
};

struct XmssPublicKey {
  HashDigest root{};
  HashParameter parameter{};
  friend bool operator==(const XmssPublicKey&, const XmssPublicKey&) = default;
};

struct XmssSignature {
  HashTreeOpening path;
  EncodingRandomness rho{};
  std::vector<HashDigest> hashes;
  friend bool operator==(const XmssSignature&, const XmssSignature&) = default;
};

/// Everything a signer keeps. The two bottom trees are the window of slots that it can sign at once.
struct XmssSecretKey {
  base::Bytes32 prf_key;
  HashParameter parameter{};
  std::uint64_t activation_slot = 0;
  std::uint64_t num_active_slots = 0;
  HashSubTree top_tree;
  std::uint64_t left_bottom_tree_index = 0;
  HashSubTree left_bottom_tree;
  HashSubTree right_bottom_tree;
  friend bool operator==(const XmssSecretKey&, const XmssSecretKey&) = default;
};

/// SSZ (leanSpec: xmss/containers.py, merkle.py, types.py). Decoding takes exactly the given bytes and
/// returns nothing if a length, an offset, a limit or a field element (not below P) is wrong; it never
/// throws. Encoding requires list lengths within the limits.
base::Bytes52 encode(const XmssPublicKey& key);
std::optional<XmssPublicKey> decode_xmss_public_key(const base::Bytes52& bytes);

/// A signature has one length and one layout for given parameters, although two of its fields are lists.
base::Bytes encode(const XmssSignature& signature);
std::optional<XmssSignature> decode_xmss_signature(const XmssParameters& parameters, base::ByteView bytes);

/// Whether decode_xmss_signature would succeed, without decoding.
bool is_well_formed_xmss_signature(const XmssParameters& parameters, base::ByteView bytes);

base::Bytes encode(const HashTreeOpening& opening);
std::optional<HashTreeOpening> decode_hash_tree_opening(const XmssParameters& parameters,
                                                        base::ByteView bytes);

base::Bytes encode(const HashTreeLayer& layer);
std::optional<HashTreeLayer> decode_hash_tree_layer(const XmssParameters& parameters, base::ByteView bytes);

base::Bytes encode(const HashSubTree& tree);
std::optional<HashSubTree> decode_hash_sub_tree(const XmssParameters& parameters, base::ByteView bytes);

base::Bytes encode(const XmssSecretKey& key);
std::optional<XmssSecretKey> decode_xmss_secret_key(const XmssParameters& parameters, base::ByteView bytes);

}  // namespace lockstep::crypto

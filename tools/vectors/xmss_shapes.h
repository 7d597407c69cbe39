// The SSZ shapes of leanSpec's XMSS values, for vectors that name them; the node itself keeps them as bytes.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "node/crypto/koalabear.h"
#include "node/spec/ssz_container.h"

namespace lockstep::spec {

/// A field element: four bytes, less than the prime.
template <>
struct Codec<crypto::Fp> {
  static constexpr bool kFixed = true;
  static constexpr bool kBasic = true;
  static constexpr std::size_t kSize = crypto::Fp::kSize;
  static std::size_t size(crypto::Fp) { return kSize; }
  static std::uint8_t* write(crypto::Fp value, std::uint8_t* to) {
    value.encode(to);
    return to + kSize;
  }
  static bool read(ByteView bytes, crypto::Fp& value) {
    if (bytes.size() != kSize) return false;
    const auto decoded = crypto::Fp::decode(bytes.data());
    if (decoded) value = *decoded;
    return decoded.has_value();
  }
  static Root root(crypto::Fp value) { return chunk_of(value.value()); }
};

}  // namespace lockstep::spec

namespace lockstep::vectors {

/// The sizes that leanEnv chooses.
struct TestXmss {
  static constexpr std::size_t kLogLifetime = 8;
  static constexpr std::size_t kDimension = 4;
};
struct ProductionXmss {
  static constexpr std::size_t kLogLifetime = 32;
  static constexpr std::size_t kDimension = 46;
};

/// The most nodes in a layer: twice the leaves of a bottom tree.
template <typename Xmss>
inline constexpr std::size_t kNodeListLimit = std::size_t{2} << (Xmss::kLogLifetime / 2);

using HashDigest = std::array<crypto::Fp, 8>;
using Parameter = std::array<crypto::Fp, 5>;
using Randomness = std::array<crypto::Fp, 7>;
template <typename Xmss>
using HashDigestListCodec = spec::ListCodec<HashDigest, kNodeListLimit<Xmss>>;

struct XmssPublicKey {
  HashDigest root{};
  Parameter parameter{};
};
template <typename Xmss>
struct HashTreeOpening {
  std::vector<HashDigest> siblings;
};
template <typename Xmss>
struct HashTreeLayer {
  std::uint64_t start_index = 0;
  std::vector<HashDigest> nodes;
};
template <typename Xmss>
struct HashSubTree {
  std::uint64_t depth = 0;
  std::uint64_t lowest_layer = 0;
  std::vector<HashTreeLayer<Xmss>> layers;
};
template <typename Xmss>
struct XmssSignature {
  HashTreeOpening<Xmss> path;
  Randomness rho{};
  std::vector<HashDigest> hashes;
};
template <typename Xmss>
struct XmssSecretKey {
  spec::Root prf_key;
  Parameter parameter{};
  std::uint64_t activation_slot = 0;
  std::uint64_t num_active_slots = 0;
  HashSubTree<Xmss> top_tree;
  std::uint64_t left_bottom_tree_index = 0;
  HashSubTree<Xmss> left_bottom_tree;
  HashSubTree<Xmss> right_bottom_tree;
};
/// SignedAttestation with its signature taken apart, as its hash tree root demands.
template <typename Xmss>
struct SignedAttestationShape {
  spec::ValidatorIndex validator_index;
  spec::AttestationData data;
  XmssSignature<Xmss> signature;
};

}  // namespace lockstep::vectors

namespace lockstep::spec {

template <>
struct Fields<vectors::XmssPublicKey> {
  using Tuple = FieldTuple<Field<&vectors::XmssPublicKey::root>, Field<&vectors::XmssPublicKey::parameter>>;
};
template <typename Xmss>
struct Fields<vectors::HashTreeOpening<Xmss>> {
  using Tuple =
      FieldTuple<Field<&vectors::HashTreeOpening<Xmss>::siblings, vectors::HashDigestListCodec<Xmss>>>;
};
template <typename Xmss>
struct Fields<vectors::HashTreeLayer<Xmss>> {
  using Layer = vectors::HashTreeLayer<Xmss>;
  using Tuple =
      FieldTuple<Field<&Layer::start_index>, Field<&Layer::nodes, vectors::HashDigestListCodec<Xmss>>>;
};
template <typename Xmss>
struct Fields<vectors::HashSubTree<Xmss>> {
  using Tree = vectors::HashSubTree<Xmss>;
  using Layers = ListCodec<vectors::HashTreeLayer<Xmss>, Xmss::kLogLifetime + 1>;
  using Tuple = FieldTuple<Field<&Tree::depth>, Field<&Tree::lowest_layer>, Field<&Tree::layers, Layers>>;
};
template <typename Xmss>
struct Fields<vectors::XmssSecretKey<Xmss>> {
  using Key = vectors::XmssSecretKey<Xmss>;
  using Tuple =
      FieldTuple<Field<&Key::prf_key>, Field<&Key::parameter>, Field<&Key::activation_slot>,
                 Field<&Key::num_active_slots>, Field<&Key::top_tree>, Field<&Key::left_bottom_tree_index>,
                 Field<&Key::left_bottom_tree>, Field<&Key::right_bottom_tree>>;
};

/// A signature has a fixed length although two of its fields are lists: one sibling for each level of the
/// tree, one hash for each chain. Containers therefore hold it without an offset.
template <typename Xmss>
struct Codec<vectors::XmssSignature<Xmss>> {
  using Signature = vectors::XmssSignature<Xmss>;
  using Tuple = FieldTuple<Field<&Signature::path>, Field<&Signature::rho>,
                           Field<&Signature::hashes, vectors::HashDigestListCodec<Xmss>>>;
  static constexpr bool kFixed = true;
  static constexpr bool kBasic = false;
  static constexpr std::size_t kSize =
      Tuple::kFixedPart + kBytesPerOffset + 32 * (Xmss::kLogLifetime + Xmss::kDimension);
  static std::size_t size(const Signature&) { return kSize; }
  static std::uint8_t* write(const Signature& value, std::uint8_t* to) { return Tuple::write(value, to); }
  static bool read(ByteView bytes, Signature& value) {
    return bytes.size() == kSize && Tuple::read(bytes, value) &&
           value.path.siblings.size() == Xmss::kLogLifetime && value.hashes.size() == Xmss::kDimension;
  }
  static Root root(const Signature& value) { return Tuple::root(value); }
};
static_assert(Codec<vectors::XmssSignature<vectors::TestXmss>>::kSize == 424);
static_assert(Codec<vectors::XmssSignature<vectors::ProductionXmss>>::kSize == 2536);

template <typename Xmss>
struct Fields<vectors::SignedAttestationShape<Xmss>> {
  using Vote = vectors::SignedAttestationShape<Xmss>;
  using Tuple = FieldTuple<Field<&Vote::validator_index>, Field<&Vote::data>, Field<&Vote::signature>>;
};

}  // namespace lockstep::spec

// The SSZ form of XMSS keys and signatures.
#include "node/crypto/xmss_types.h"

#include <cstring>
#include <span>

namespace lockstep::crypto {

namespace {

constexpr std::size_t kOffset = 4;
constexpr std::size_t kDigest = 32;
constexpr std::size_t kSignatureFixedPart = 36;  // offset, randomness, offset
constexpr std::size_t kLayerFixedPart = 12;      // start index, offset
constexpr std::size_t kSubTreeFixedPart = 20;    // depth, lowest layer, offset
constexpr std::size_t kSecretKeyFixedPart = 88;

std::size_t read_offset(base::ByteView bytes, std::size_t at) {
  return base::load_le<std::uint32_t>(bytes.data() + at);
}

template <std::size_t N>
bool read_elements(const std::uint8_t* from, std::array<Fp, N>& out) {
  for (std::size_t i = 0; i < N; ++i) {
    const auto element = Fp::decode(from + Fp::kSize * i);
    if (!element) {
      return false;
    }
    out[i] = *element;
  }
  return true;
}

bool read_digests(base::ByteView bytes, std::size_t limit, std::vector<HashDigest>& out) {
  if (bytes.size() % kDigest != 0 || bytes.size() / kDigest > limit) {
    return false;
  }
  out.resize(bytes.size() / kDigest);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!read_elements(bytes.data() + kDigest * i, out[i])) {
      return false;
    }
  }
  return true;
}

/// Cuts the list of layers at its offset table; nothing if the table is malformed.
std::optional<std::vector<base::ByteView>> read_parts(base::ByteView bytes, std::size_t limit) {
  std::vector<base::ByteView> parts;
  if (bytes.empty()) {
    return parts;
  }
  if (bytes.size() < kOffset) {
    return std::nullopt;
  }
  const std::size_t table = read_offset(bytes, 0);
  if (table == 0 || table % kOffset != 0 || table > bytes.size() || table / kOffset > limit) {
    return std::nullopt;
  }
  for (std::size_t at = 0; at < table; at += kOffset) {
    const std::size_t begin = read_offset(bytes, at);
    const std::size_t end = at + kOffset < table ? read_offset(bytes, at + kOffset) : bytes.size();
    if (begin > end || end > bytes.size()) {
      return std::nullopt;
    }
    parts.push_back(bytes.subspan(begin, end - begin));
  }
  return parts;
}

template <typename UInt>
void append(base::Bytes& out, UInt number) {
  const std::size_t at = out.size();
  out.resize(at + sizeof number);
  base::store_le(number, out.data() + at);
}

void append_offset(base::Bytes& out, std::size_t offset) {
  append(out, static_cast<std::uint32_t>(offset));
}

void append(base::Bytes& out, std::span<const Fp> elements) {
  std::size_t at = out.size();
  out.resize(at + Fp::kSize * elements.size());
  for (const Fp element : elements) {
    element.encode(out.data() + at);
    at += Fp::kSize;
  }
}

void append(base::Bytes& out, const std::vector<HashDigest>& digests) {
  for (const HashDigest& digest : digests) {
    append(out, std::span<const Fp>(digest));
  }
}

void append(base::Bytes& out, base::ByteView bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace

base::Bytes52 encode(const XmssPublicKey& key) {
  base::Bytes out;
  append(out, std::span<const Fp>(key.root));
  append(out, std::span<const Fp>(key.parameter));
  return *base::Bytes52::from(out);
}

std::optional<XmssPublicKey> decode_xmss_public_key(const base::Bytes52& bytes) {
  XmssPublicKey key;
  if (!read_elements(bytes.data.data(), key.root) ||
      !read_elements(bytes.data.data() + kDigest, key.parameter)) {
    return std::nullopt;
  }
  return key;
}

base::Bytes encode(const XmssSignature& signature) {
  base::Bytes out;
  append_offset(out, kSignatureFixedPart);
  append(out, std::span<const Fp>(signature.rho));
  append_offset(out, kSignatureFixedPart + kOffset + kDigest * signature.path.siblings.size());
  append_offset(out, kOffset);
  append(out, signature.path.siblings);
  append(out, signature.hashes);
  return out;
}

bool is_well_formed_xmss_signature(const XmssParameters& parameters, base::ByteView bytes) {
  const std::size_t hashes = kSignatureFixedPart + kOffset + kDigest * parameters.log_lifetime;
  if (bytes.size() != parameters.signature_size() || read_offset(bytes, 0) != kSignatureFixedPart ||
      read_offset(bytes, kSignatureFixedPart - kOffset) != hashes ||
      read_offset(bytes, kSignatureFixedPart) != kOffset) {
    return false;
  }
  // The offsets are below P, so one sweep over all words will do; without a branch it is vectorised.
  std::uint32_t excess = 0;
  for (std::size_t at = 0; at < bytes.size(); at += Fp::kSize) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    excess |= static_cast<std::uint32_t>(word >= kKoalaBearPrime);
  }
  return excess == 0;
}

std::optional<XmssSignature> decode_xmss_signature(const XmssParameters& parameters, base::ByteView bytes) {
  if (!is_well_formed_xmss_signature(parameters, bytes)) {
    return std::nullopt;
  }
  const std::size_t siblings = kSignatureFixedPart + kOffset;
  const std::size_t path_size = kDigest * parameters.log_lifetime;
  XmssSignature signature;
  const bool read =
      read_elements(bytes.data() + kOffset, signature.rho) &&
      read_digests(bytes.subspan(siblings, path_size), parameters.log_lifetime, signature.path.siblings) &&
      read_digests(bytes.subspan(siblings + path_size), parameters.dimension, signature.hashes);
  return read ? std::optional(std::move(signature)) : std::nullopt;
}

base::Bytes encode(const HashTreeOpening& opening) {
  base::Bytes out;
  append_offset(out, kOffset);
  append(out, opening.siblings);
  return out;
}

std::optional<HashTreeOpening> decode_hash_tree_opening(const XmssParameters& parameters,
                                                        base::ByteView bytes) {
  HashTreeOpening opening;
  if (bytes.size() < kOffset || read_offset(bytes, 0) != kOffset ||
      !read_digests(bytes.subspan(kOffset), parameters.node_list_limit(), opening.siblings)) {
    return std::nullopt;
  }
  return opening;
}

base::Bytes encode(const HashTreeLayer& layer) {
  base::Bytes out;
  append(out, layer.start_index);
  append_offset(out, kLayerFixedPart);
  append(out, layer.nodes);
  return out;
}

std::optional<HashTreeLayer> decode_hash_tree_layer(const XmssParameters& parameters, base::ByteView bytes) {
  HashTreeLayer layer;
  if (bytes.size() < kLayerFixedPart || read_offset(bytes, 8) != kLayerFixedPart ||
      !read_digests(bytes.subspan(kLayerFixedPart), parameters.node_list_limit(), layer.nodes)) {
    return std::nullopt;
  }
  layer.start_index = base::load_le<std::uint64_t>(bytes.data());
  return layer;
}

base::Bytes encode(const HashSubTree& tree) {
  base::Bytes out;
  append(out, tree.depth);
  append(out, tree.lowest_layer);
  append_offset(out, kSubTreeFixedPart);
  std::vector<base::Bytes> bodies;
  std::size_t offset = kOffset * tree.layers.size();
  for (const HashTreeLayer& layer : tree.layers) {
    bodies.push_back(encode(layer));
    append_offset(out, offset);
    offset += bodies.back().size();
  }
  for (const base::Bytes& body : bodies) {
    append(out, base::ByteView(body));
  }
  return out;
}

std::optional<HashSubTree> decode_hash_sub_tree(const XmssParameters& parameters, base::ByteView bytes) {
  if (bytes.size() < kSubTreeFixedPart || read_offset(bytes, 16) != kSubTreeFixedPart) {
    return std::nullopt;
  }
  const auto parts = read_parts(bytes.subspan(kSubTreeFixedPart), parameters.log_lifetime + 1);
  if (!parts) {
    return std::nullopt;
  }
  HashSubTree tree;
  tree.depth = base::load_le<std::uint64_t>(bytes.data());
  tree.lowest_layer = base::load_le<std::uint64_t>(bytes.data() + 8);
  for (const base::ByteView part : *parts) {
    auto layer = decode_hash_tree_layer(parameters, part);
    if (!layer) {
      return std::nullopt;
    }
    tree.layers.push_back(std::move(*layer));
  }
  return tree;
}

base::Bytes encode(const XmssSecretKey& key) {
  const base::Bytes top = encode(key.top_tree);
  const base::Bytes left = encode(key.left_bottom_tree);
  const base::Bytes right = encode(key.right_bottom_tree);
  base::Bytes out;
  append(out, key.prf_key.view());
  append(out, std::span<const Fp>(key.parameter));
  append(out, key.activation_slot);
  append(out, key.num_active_slots);
  append_offset(out, kSecretKeyFixedPart);
  append(out, key.left_bottom_tree_index);
  append_offset(out, kSecretKeyFixedPart + top.size());
  append_offset(out, kSecretKeyFixedPart + top.size() + left.size());
  append(out, base::ByteView(top));
  append(out, base::ByteView(left));
  append(out, base::ByteView(right));
  return out;
}

std::optional<XmssSecretKey> decode_xmss_secret_key(const XmssParameters& parameters, base::ByteView bytes) {
  if (bytes.size() < kSecretKeyFixedPart || read_offset(bytes, 68) != kSecretKeyFixedPart) {
    return std::nullopt;
  }
  const std::size_t left_at = read_offset(bytes, 80);
  const std::size_t right_at = read_offset(bytes, 84);
  if (left_at < kSecretKeyFixedPart || right_at < left_at || right_at > bytes.size()) {
    return std::nullopt;
  }
  XmssSecretKey key;
  key.prf_key = *base::Bytes32::from(bytes.first(32));
  key.activation_slot = base::load_le<std::uint64_t>(bytes.data() + 52);
  key.num_active_slots = base::load_le<std::uint64_t>(bytes.data() + 60);
  key.left_bottom_tree_index = base::load_le<std::uint64_t>(bytes.data() + 72);
  auto top =
      decode_hash_sub_tree(parameters, bytes.subspan(kSecretKeyFixedPart, left_at - kSecretKeyFixedPart));
  auto left = decode_hash_sub_tree(parameters, bytes.subspan(left_at, right_at - left_at));
  auto right = decode_hash_sub_tree(parameters, bytes.subspan(right_at));
  if (!read_elements(bytes.data() + 32, key.parameter) || !top || !left || !right) {
    return std::nullopt;
  }
  key.top_tree = std::move(*top);
  key.left_bottom_tree = std::move(*left);
  key.right_bottom_tree = std::move(*right);
  return key;
}

}  // namespace lockstep::crypto

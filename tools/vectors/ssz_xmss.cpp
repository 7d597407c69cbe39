// The XMSS types of ssz fixtures.
#include <array>
#include <charconv>

#include "tools/vectors/ssz_kind.h"
#include "tools/vectors/xmss_shapes.h"

namespace lockstep::vectors {
namespace {

/// A number, or a string that says it plainly or as Python prints the object: Fp(value=N).
void read_json(const Json& node, crypto::Fp& value) {
  std::uint64_t number = 0;
  constexpr std::string_view kBefore = "Fp(value=";
  if (node.is_string() && node.get_ref<const std::string&>().starts_with(kBefore)) {
    const std::string text = node.get<std::string>().substr(kBefore.size());
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || std::string_view(end) != ")") {
      throw Malformed("expected Fp(value=N)");
    }
  } else {
    number = read_number(node);
  }
  if (number >= crypto::kKoalaBearPrime) {
    throw Malformed("the number is no field element");
  }
  value = crypto::Fp::from(number);
}

void read_json(const Json& node, std::vector<HashDigest>& values) {
  values.clear();
  for (const Json& digest : data_array(node)) {
    const Json& elements = data_array(digest);
    HashDigest& value = values.emplace_back();
    if (elements.size() != value.size()) {
      throw Malformed("a digest has eight field elements");
    }
    for (std::size_t i = 0; i < value.size(); ++i) {
      read_json(elements[i], value[i]);
    }
  }
}

template <typename Xmss>
void read_json(const Json& node, HashTreeOpening<Xmss>& value) {
  read_json(member(node, "siblings"), value.siblings);
}
template <typename Xmss>
void read_json(const Json& node, HashTreeLayer<Xmss>& value) {
  value.start_index = read_number(member(node, "startIndex"));
  read_json(member(node, "nodes"), value.nodes);
}

/// Keys and signatures are written as their bytes.
template <typename T>
void read_from_hex(const Json& node, T& value) {
  if (!spec::Codec<T>::read(read_bytes(node), value)) {
    throw Malformed("the hexadecimal bytes are not of the type");
  }
}
void read_json(const Json& node, XmssPublicKey& value) {
  read_from_hex(node, value);
}
template <typename Xmss>
void read_json(const Json& node, XmssSignature<Xmss>& value) {
  read_from_hex(node, value);
}
template <typename Xmss>
void read_json(const Json& node, XmssSecretKey<Xmss>& value) {
  read_from_hex(node, value);
}

template <typename Xmss>
void read_json(const Json& node, HashSubTree<Xmss>& value) {
  value.depth = read_number(member(node, "depth"));
  value.lowest_layer = read_number(member(node, "lowestLayer"));
  value.layers.clear();
  for (const Json& layer : data_array(member(node, "layers"))) {
    read_json(layer, value.layers.emplace_back());
  }
}
template <typename Xmss>
void read_json(const Json& node, SignedAttestationShape<Xmss>& value) {
  value.validator_index = read<spec::ValidatorIndex>(node, "validatorIndex");
  value.data = read<spec::AttestationData>(node, "data");
  read_json(member(node, "signature"), value.signature);
}

template <typename T>
void check_xmss(const Json& fixture) {
  using Its = spec::Codec<T>;
  const SszCase expected = read_ssz_case(fixture);
  T decoded{};
  const bool is_well_formed = Its::read(expected.serialized, decoded);
  expect_decodes(is_well_formed, expected);
  if (!is_well_formed) {
    return;
  }
  expect_bytes("the encoding of what was decoded", encode_by<Its>(decoded), expected.serialized);
  expect_root("the root of what was decoded", Its::root(decoded), expected.root);
  T value{};
  read_json(member(fixture, "value"), value);
  expect_bytes("the encoding of the value", encode_by<Its>(value), expected.serialized);
  expect_root("the root of the value", Its::root(value), expected.root);
}

/// A scheme that knows the form of signatures and nothing else.
template <typename Xmss>
class SignatureForm final : public crypto::SignatureScheme {
 public:
  [[nodiscard]] std::size_t signature_size() const override {
    return spec::Codec<XmssSignature<Xmss>>::kSize;
  }
  [[nodiscard]] bool is_well_formed(base::ByteView signature) const override {
    XmssSignature<Xmss> ignored;
    return spec::Codec<XmssSignature<Xmss>>::read(signature, ignored);
  }
  [[nodiscard]] bool verify(const crypto::PublicKey&, std::uint64_t, const base::Bytes32&,
                            base::ByteView) const override {
    return false;
  }
};

/// The node keeps the signature as bytes, so that its own decoder and encoder are checked beside the shape.
template <typename Xmss>
void check_signed_attestation(const Json& fixture) {
  check_xmss<SignedAttestationShape<Xmss>>(fixture);
  const SszCase expected = read_ssz_case(fixture);
  const auto decoded = spec::decode_signed_attestation(expected.serialized, SignatureForm<Xmss>());
  expect_decodes(decoded.has_value(), expected);
  if (decoded) {
    expect_bytes("the node's encoding", spec::encode(*decoded), expected.serialized);
    expect_bytes("the node's encoding of the value",
                 spec::encode(read<spec::SignedAttestation>(fixture, "value")), expected.serialized);
  }
}

using Test = TestXmss;
using Production = ProductionXmss;

constexpr std::array kXmssTypes = {
    SszType{"Fp", check_xmss<crypto::Fp>, nullptr},
    SszType{"PublicKey", check_xmss<XmssPublicKey>, nullptr},
    SszType{"Signature", check_xmss<XmssSignature<Test>>, check_xmss<XmssSignature<Production>>},
    SszType{"SecretKey", check_xmss<XmssSecretKey<Test>>, check_xmss<XmssSecretKey<Production>>},
    SszType{"HashTreeOpening", check_xmss<HashTreeOpening<Test>>, check_xmss<HashTreeOpening<Production>>},
    SszType{"HashTreeLayer", check_xmss<HashTreeLayer<Test>>, check_xmss<HashTreeLayer<Production>>},
    SszType{"HashSubTree", check_xmss<HashSubTree<Test>>, check_xmss<HashSubTree<Production>>},
    SszType{"SignedAttestation", check_signed_attestation<Test>, check_signed_attestation<Production>},
};

}  // namespace

std::span<const SszType> xmss_types() {
  return kXmssTypes;
}

}  // namespace lockstep::vectors

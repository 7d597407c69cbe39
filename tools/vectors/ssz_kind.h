// How a value of one type is checked against an ssz fixture.
#pragma once

#include "node/spec/hash_tree_root.h"
#include "node/spec/ssz.h"
#include "node/spec/ssz_fields.h"
#include "tools/vectors/json_read.h"

namespace lockstep::vectors {

/// What every ssz fixture says, besides the value.
struct SszCase {
  base::Bytes serialized;
  bool is_malformed = false;  ///< Decoding must fail with DECODE_ERROR.
  spec::Root root;            ///< Of a value that is well-formed.
};

/// Reads the common members. Throws Malformed.
SszCase read_ssz_case(const Json& fixture);
void expect_bytes(std::string_view what, const base::Bytes& actual, const base::Bytes& expected);
void expect_root(std::string_view what, const spec::Root& actual, const spec::Root& expected);
void expect_decodes(bool decoded, const SszCase& expected);

/// The types that the node encodes, decodes and hashes by its public functions.
template <typename T>
void check_container(const Json& fixture) {
  const SszCase expected = read_ssz_case(fixture);
  const spec::Verdict<T> decoded = spec::decode<T>(expected.serialized);
  expect_decodes(decoded.has_value(), expected);
  if (!decoded) {
    return;
  }
  expect_bytes("the encoding of what was decoded", spec::encode(*decoded), expected.serialized);
  expect_root("the root of what was decoded", spec::hash_tree_root(*decoded), expected.root);
  const T value = read<T>(fixture, "value");
  expect_bytes("the encoding of the value", spec::encode(value), expected.serialized);
  expect_root("the root of the value", spec::hash_tree_root(value), expected.root);
}

template <typename Its, typename T>
base::Bytes encode_by(const T& value) {
  base::Bytes out(Its::size(value));
  Its::write(value, out.data());
  return out;
}

/// The types that only fixtures have, put together from the same codecs.
template <typename T, typename Its = spec::Codec<T>>
void check_type(const Json& fixture) {
  const SszCase expected = read_ssz_case(fixture);
  T decoded{};
  const bool is_well_formed = Its::read(expected.serialized, decoded);
  expect_decodes(is_well_formed, expected);
  if (!is_well_formed) {
    return;
  }
  expect_bytes("the encoding of what was decoded", encode_by<Its>(decoded), expected.serialized);
  expect_root("the root of what was decoded", Its::root(decoded), expected.root);
  const T value = read<T>(fixture, "value");
  expect_bytes("the encoding of the value", encode_by<Its>(value), expected.serialized);
  expect_root("the root of the value", Its::root(value), expected.root);
}

/// A type that a fixture may name.
struct SszType {
  std::string_view name;
  Check check;             ///< With leanEnv test, or always.
  Check production_check;  ///< With leanEnv prod, where that makes a difference; else null.
};

/// The XMSS types, whose list limits depend on leanEnv.
std::span<const SszType> xmss_types();

}  // namespace lockstep::vectors

// leanSpec's wire formats: each written byte for byte alike, and read back.
#include <array>
#include <optional>

#include "node/networking/enr.h"
#include "node/networking/framed_payload.h"
#include "node/networking/message_id.h"
#include "node/networking/peer_id.h"
#include "node/networking/snappy_codec.h"
#include "node/networking/text_codec.h"
#include "node/networking/topics.h"
#include "node/networking/varint.h"
#include "tools/vectors/networking_checks.h"
#include "tools/vectors/networking_rpc.h"

namespace lockstep::vectors {

using namespace networking;

void expect_bytes(base::ByteView actual, const Json& output, std::string_view key) {
  const base::Bytes expected = read_bytes(member(output, key));
  if (std::equal(actual.begin(), actual.end(), expected.begin(), expected.end())) {
    return;
  }
  const auto differs = std::mismatch(actual.begin(), actual.end(), expected.begin(), expected.end());
  throw Mismatch(std::string(key) + ": " + std::to_string(actual.size()) + " bytes instead of " +
                 std::to_string(expected.size()) + ", other from byte " +
                 std::to_string(differs.first - actual.begin()));
}

namespace {

void expect_number(std::uint64_t actual, const Json& output, std::string_view key) {
  const std::uint64_t expected = read_number(member(output, key));
  expect(actual == expected,
         std::string(key) + " is " + std::to_string(actual) + ", expected " + std::to_string(expected));
}

void expect_text(const std::string& actual, const Json& output, std::string_view key) {
  const std::string expected = read_string(member(output, key));
  expect(actual == expected, std::string(key) + " is " + actual + ", expected " + expected);
}

void check_varint(const Json& codec, const Json& output) {
  const auto value = read<std::uint64_t>(codec, "value");
  base::Bytes encoded;
  append_varint(encoded, value);
  expect_bytes(encoded, output, "encoded");
  expect_number(encoded.size(), output, "byteLength");
  std::size_t at = 0;
  expect(read_varint(encoded, at) == value && at == encoded.size(), "the number is not read back");
}

void check_gossip_topic(const Json& codec, const Json& output) {
  static constexpr std::array<std::string_view, kTopicKinds> kKinds{"block", "aggregation", "attestation"};
  const std::string kind = read_string(member(codec, "topicKind"));
  const auto found = std::find(kKinds.begin(), kKinds.end(), kind);
  if (found == kKinds.end()) {
    throw Malformed("there is no topic kind " + kind);
  }
  GossipTopic topic{.kind = static_cast<TopicKind>(found - kKinds.begin()),
                    .network_name = read_string(member(codec, "networkName")),
                    .subnet = {}};
  if (const Json* subnet = find_member(codec, "subnetId")) {
    topic.subnet = read_number(*subnet);
  }
  expect_text(topic.to_text(), output, "topicString");
  const std::optional<GossipTopic> parsed = GossipTopic::parse(topic.to_text());
  expect(parsed == topic, "the topic is not read back");
  if (const Json* network = find_member(codec, "expectedNetworkName")) {
    expect(parsed->is_of(read_string(*network)) == read_bool(member(output, "forkValid")),
           "forkValid differs");
  }
}

void check_message_id(const Json& codec, const Json& output) {
  const base::Bytes topic = read_bytes(member(codec, "topic"));
  const base::Bytes domain = read_bytes(member(codec, "domain"));
  const auto domain_bytes = base::Bytes4::from(domain);
  if (!domain_bytes) {
    throw Malformed("a domain has four bytes");
  }
  const MessageIds ids(*domain_bytes, std::string(topic.begin(), topic.end()));
  expect_bytes(ids.of(read_bytes(member(codec, "data"))).view(), output, "messageId");
}

void check_rpc(const Json& codec, const Json& output) {
  static const Json kNoControl = Json::object();
  OwnedRpc rpc;
  const Json* control = find_member(codec, "control");
  read_rpc(codec, control == nullptr ? kNoControl : *control, rpc);
  base::Bytes encoded;
  encode_rpc(rpc.view, encoded);
  expect_bytes(encoded, output, "encoded");
  RpcView read;
  expect(decode_rpc(encoded, read), "the RPC is not read back");
  base::Bytes again;
  encode_rpc(read, again);
  expect(again == encoded, "the RPC is another one once it was read");
}

base::Bytes encode_chunk(const Json& chunk) {
  base::Bytes encoded{read<std::uint8_t>(chunk, "responseCode")};
  append_framed_payload(read_bytes(member(chunk, "sszData")), encoded);
  return encoded;
}

void check_request(const Json& codec, const Json& output) {
  const base::Bytes ssz = read_bytes(member(codec, "sszData"));
  base::Bytes encoded;
  append_framed_payload(ssz, encoded);
  expect_bytes(encoded, output, "encoded");
  expect(decode_framed_payload(encoded) == ssz, "the request is not read back");
}

void check_response(const Json& codec, const Json& output) {
  const base::Bytes encoded = encode_chunk(codec);
  expect_bytes(encoded, output, "encoded");
  expect(decode_framed_payload(base::ByteView(encoded).subspan(1)) == read_bytes(member(codec, "sszData")),
         "the response is not read back");
}

void check_response_stream(const Json& codec, const Json& output) {
  base::Bytes encoded;
  std::size_t count = 0;
  for (const Json& chunk : member(codec, "chunks")) {
    const base::Bytes piece = encode_chunk(chunk);
    encoded.insert(encoded.end(), piece.begin(), piece.end());
    ++count;
  }
  expect_bytes(encoded, output, "encoded");
  expect_number(count, output, "chunkCount");
}

/// The member must be there exactly if there is a value, and then `same` must hold for it.
template <typename Value, typename Same>
void expect_optional(const std::optional<Value>& actual, const Json& output, std::string_view key,
                     const Same& same) {
  const Json* expected = find_member(output, key);
  expect(actual.has_value() == (expected != nullptr),
         std::string(key) + (expected == nullptr ? " should be absent" : " is missing"));
  expect(expected == nullptr || same(*actual, *expected), std::string(key) + " differs");
}

void check_enr_endpoint(const Enr& enr, const Json& output) {
  const auto same_port = [](std::uint16_t port, const Json& expected) {
    return port == read_number(expected);
  };
  expect_optional(enr.ip4(), output, "ip4", [](const auto& address, const Json& expected) {
    std::string text;
    for (const std::uint8_t byte : address) {
      text += (text.empty() ? "" : ".") + std::to_string(byte);
    }
    return text == read_string(expected);
  });
  expect_optional(enr.udp_port(), output, "udpPort", same_port);
  expect_optional(enr.quic_port(), output, "quicPort", same_port);
  expect_optional(enr.multiaddr(), output, "multiaddr", [](const std::string& text, const Json& expected) {
    return text == read_string(expected);
  });
}

void check_enr_extensions(const Enr& enr, const Json& output) {
  expect_optional(enr.eth2_data(), output, "eth2Data", [](const Eth2Data& data, const Json& expected) {
    expect_bytes(data.fork_digest.view(), expected, "forkDigest");
    expect_bytes(data.next_fork_version.view(), expected, "nextForkVersion");
    return data.next_fork_epoch == read<std::uint64_t>(expected, "nextForkEpoch");
  });
  expect_optional(enr.attestation_subnets(), output, "attestationSubnets",
                  [](const std::vector<std::uint64_t>& subnets, const Json& expected) {
                    std::vector<std::uint64_t> wanted;
                    for (const Json& subnet : expected) {
                      wanted.push_back(read_number(subnet));
                    }
                    return subnets == wanted;
                  });
  expect(enr.is_aggregator() == read_bool(member(output, "isAggregator")), "isAggregator differs");
}

void check_enr(const Json& codec, const Json& output) {
  const auto same_bytes = [](const auto& bytes, const Json& expected) {
    return base::Bytes(bytes.data.begin(), bytes.data.end()) == read_bytes(expected);
  };
  const std::string text = read_string(member(codec, "enrString"));
  const auto read_record = Enr::from_text(text);
  expect(read_record.has_value(), "the record is refused");
  const Enr& enr = *read_record;
  expect(enr.to_text() == text, "the text is another one once it was read");
  expect_bytes(enr.to_rlp(), output, "rlp");
  expect_number(enr.sequence(), output, "seq");
  expect_text(enr.identity_scheme().value_or(""), output, "identityScheme");
  expect_optional(enr.node_id(), output, "nodeId", same_bytes);
  expect_optional(enr.public_key(), output, "publicKey", same_bytes);
  check_enr_endpoint(enr, output);
  check_enr_extensions(enr, output);
  expect(enr.signature_is_valid() == read_bool(member(output, "signatureValid")), "signatureValid differs");
  expect(enr.is_valid() == read_bool(member(output, "isValid")), "isValid differs");
}

void check_peer_id(const Json& codec, const Json& output) {
  static constexpr std::array<std::string_view, 4> kTypes{"rsa", "ed25519", "secp256k1", "ecdsa"};
  const std::string type_name = read_string(member(codec, "keyType"));
  const auto found = std::find(kTypes.begin(), kTypes.end(), type_name);
  if (found == kTypes.end()) {
    throw Malformed("there is no key type " + type_name);
  }
  const auto type = static_cast<KeyType>(found - kTypes.begin());
  const base::Bytes key = read_bytes(member(codec, "publicKey"));
  expect_bytes(encode_public_key(type, key), output, "protobufEncoded");
  const std::string id = peer_id_of(type, key);
  expect_text(id, output, "peerId");
  expect(from_base58(id) == peer_multihash(encode_public_key(type, key)), "the id is not read back");
}

void check_snappy_block(const Json& codec, const Json& output) {
  const base::Bytes data = read_bytes(member(codec, "data"));
  base::Bytes compressed;
  append_snappy_block(data, compressed);
  expect_bytes(compressed, output, "compressed");
  expect_number(compressed.size(), output, "compressedLength");
  expect_number(snappy_block_length(compressed).value_or(0), output, "uncompressedLength");
  base::Bytes read;
  expect(decode_snappy_block(compressed, read) && read == data, "the block is not read back");
}

void check_snappy_frame(const Json& codec, const Json& output) {
  const base::Bytes data = read_bytes(member(codec, "data"));
  base::Bytes framed;
  append_snappy_frames(data, framed);
  expect_bytes(framed, output, "framed");
  expect_number(framed.size(), output, "framedLength");
  expect_number(data.size(), output, "uncompressedLength");
  base::Bytes read;
  expect(decode_snappy_frames(framed, data.size(), read) && read == data, "the frames are not read back");
}

struct Codec {
  std::string_view kind;
  void (*check)(const Json& codec, const Json& output);
};

constexpr std::array kCodecs = {
    Codec{"varint", check_varint},
    Codec{"gossip_topic", check_gossip_topic},
    Codec{"gossip_message_id", check_message_id},
    Codec{"gossipsub_rpc", check_rpc},
    Codec{"reqresp_request", check_request},
    Codec{"reqresp_response", check_response},
    Codec{"reqresp_response_stream", check_response_stream},
    Codec{"enr", check_enr},
    Codec{"peer_id", check_peer_id},
    Codec{"snappy_block", check_snappy_block},
    Codec{"snappy_frame", check_snappy_frame},
};

}  // namespace

void check_networking_codec(const Json& fixture) {
  const Json& codec = member(fixture, "codec");
  const std::string kind = read_string(member(codec, "kind"));
  if (kind == "decode_failure") {
    check_decode_failure(codec);
    return;
  }
  const auto found =
      std::find_if(kCodecs.begin(), kCodecs.end(), [&](const Codec& known) { return known.kind == kind; });
  if (found == kCodecs.end()) {
    throw Malformed("there is no codec " + kind);
  }
  found->check(codec, member(fixture, "output"));
}

}  // namespace lockstep::vectors

// leanSpec's networking vectors, as far as the codecs go: what this node must read, and what it must write
// alike.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "node/networking/message_id.h"
#include "node/networking/request_codec.h"
#include "node/networking/rpc.h"
#include "node/networking/snappy_codec.h"
#include "node/networking/topics.h"
#include "node/networking/varint.h"

namespace lockstep::networking {
namespace {

using nlohmann::json;

base::Bytes bytes(const json& hex) {
  return *base::from_hex(hex.get<std::string>());
}

/// Without leanSpec's vectors there is nothing to compare with.
class NetworkingVectors : public testing::Test {
 protected:
  void SetUp() override {
    const std::filesystem::path root = std::filesystem::path(LOCKSTEP_VECTORS_DIR) / "networking_codec";
    if (!std::filesystem::is_directory(root)) {
      GTEST_SKIP() << "there is no " << root << "; set LOCKSTEP_VECTORS when configuring";
    }
  }
};

/// Calls `check` for every vector of one kind and returns how many there were.
int for_each(const std::string& kind, const std::function<void(const json&)>& check) {
  int count = 0;
  const std::filesystem::path root = std::filesystem::path(LOCKSTEP_VECTORS_DIR) / "networking_codec";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".json") {
      continue;
    }
    std::ifstream file(entry.path());
    const json vectors = json::parse(file);
    for (const auto& [name, vector] : vectors.items()) {
      if (vector["codec"]["kind"] == kind) {
        SCOPED_TRACE(name);
        check(vector);
        ++count;
      }
    }
  }
  return count;
}

TEST_F(NetworkingVectors, numbers_are_written_and_read_alike) {
  EXPECT_GT(for_each("varint",
                     [](const json& vector) {
                       base::Bytes out;
                       append_varint(out, vector["codec"]["value"].get<std::uint64_t>());
                       EXPECT_EQ(out, bytes(vector["output"]["encoded"]));
                       std::size_t at = 0;
                       EXPECT_EQ(read_varint(out, at), vector["codec"]["value"].get<std::uint64_t>());
                     }),
            0);
}

TEST_F(NetworkingVectors, message_ids_are_the_same) {
  EXPECT_GT(for_each("gossip_message_id",
                     [](const json& vector) {
                       const json& in = vector["codec"];
                       const base::Bytes topic = bytes(in["topic"]);
                       const MessageDomain domain = bytes(in["domain"]) == base::Bytes{1, 0, 0, 0}
                                                        ? MessageDomain::kValidSnappy
                                                        : MessageDomain::kInvalidSnappy;
                       const MessageIds ids(domain, std::string(topic.begin(), topic.end()));
                       EXPECT_EQ(base::to_hex(ids.of(bytes(in["data"])).view()),
                                 vector["output"]["messageId"].get<std::string>());
                     }),
            0);
}

TEST_F(NetworkingVectors, gossip_rpcs_without_control_are_written_alike_and_all_can_be_read) {
  int written = 0;
  for_each("gossipsub_rpc", [&](const json& vector) {
    const json& in = vector["codec"];
    const base::Bytes expected = bytes(vector["output"]["encoded"]);
    RpcView read;
    ASSERT_TRUE(decode_rpc(expected, read));
    EXPECT_EQ(read.subscriptions.size(), in["subscriptions"].size());
    EXPECT_EQ(read.publish.size(), in["publish"].size());
    for (const json& message : in["publish"]) {
      if (message.contains("fromPeer") || message.contains("seqno") || message.contains("signature") ||
          message.contains("key")) {
        return;
      }
    }
    // Control messages pass through as they are.
    base::Bytes out;
    encode_rpc(read, out);
    EXPECT_EQ(out, expected);
    ++written;
  });
  EXPECT_GT(written, 0);
}

TEST_F(NetworkingVectors, requests_and_responses_of_others_can_be_read) {
  const auto payload_of = [](const base::Bytes& wire, std::size_t at) {
    const auto length = read_varint(wire, at);
    base::Bytes ssz;
    EXPECT_TRUE(length && read_snappy_frames(wire, at, *length, ssz));
    EXPECT_EQ(at, wire.size());
    return ssz;
  };
  EXPECT_GT(for_each("reqresp_request",
                     [&](const json& vector) {
                       EXPECT_EQ(payload_of(bytes(vector["output"]["encoded"]), 0),
                                 bytes(vector["codec"]["sszData"]));
                     }),
            0);
  EXPECT_GT(for_each("reqresp_response",
                     [&](const json& vector) {
                       EXPECT_EQ(payload_of(bytes(vector["output"]["encoded"]), 1),
                                 bytes(vector["codec"]["sszData"]));
                     }),
            0);
}

TEST_F(NetworkingVectors, snappy_of_others_can_be_read) {
  EXPECT_GT(for_each("snappy_block",
                     [](const json& vector) {
                       base::Bytes out;
                       EXPECT_TRUE(decode_snappy_block(bytes(vector["output"]["compressed"]), out));
                       EXPECT_EQ(out, bytes(vector["codec"]["data"]));
                     }),
            0);
  EXPECT_GT(
      for_each("snappy_frame",
               [](const json& vector) {
                 const base::Bytes expected = bytes(vector["codec"]["data"]);
                 base::Bytes out;
                 std::size_t at = 0;
                 EXPECT_TRUE(read_snappy_frames(bytes(vector["output"]["framed"]), at, expected.size(), out));
                 EXPECT_EQ(out, expected);
               }),
      0);
}

TEST_F(NetworkingVectors, what_must_fail_fails) {
  std::map<std::string, int> seen;
  for_each("decode_failure", [&](const json& vector) {
    const std::string decoder = vector["codec"]["decoder"];
    const base::Bytes raw = bytes(vector["codec"]["rawBytes"]);
    std::size_t at = 0;
    base::Bytes out;
    RpcView rpc;
    if (decoder == "varint") {
      EXPECT_FALSE(read_varint(raw, at));
    } else if (decoder == "snappy_block") {
      EXPECT_FALSE(decode_snappy_block(raw, out));
    } else if (decoder == "snappy_frame") {
      EXPECT_FALSE(read_snappy_frames(raw, at, 1, out));
    } else if (decoder == "gossipsub_rpc") {
      EXPECT_FALSE(decode_rpc(raw, rpc));
    } else if (decoder == "reqresp_request") {
      EXPECT_FALSE(decode_request(chain::Protocol::kStatus, raw));
    } else if (decoder == "reqresp_response") {
      EXPECT_FALSE(decode_response(chain::Protocol::kStatus, raw));
    }
    ++seen[decoder];
  });
  for (const char* decoder : {"varint", "snappy_frame", "gossipsub_rpc", "reqresp_request"}) {
    EXPECT_GT(seen[decoder], 0) << decoder;
  }
}

TEST_F(NetworkingVectors, topics_of_blocks_and_aggregates_are_the_same) {
  EXPECT_GT(for_each("gossip_topic",
                     [](const json& vector) {
                       const json& in = vector["codec"];
                       const Topics topics(in["networkName"].get<std::string>());
                       const std::string kind = in["topicKind"];
                       if (kind == "block") {
                         EXPECT_EQ(topics.name(TopicKind::kBlock),
                                   vector["output"]["topicString"].get<std::string>());
                       } else if (kind == "aggregation") {
                         EXPECT_EQ(topics.name(TopicKind::kAggregation),
                                   vector["output"]["topicString"].get<std::string>());
                       }
                     }),
            0);
}

}  // namespace
}  // namespace lockstep::networking

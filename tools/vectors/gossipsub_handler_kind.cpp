// What gossipsub answers to one RPC in a given state, and how its meshes look afterwards.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <set>

#include "node/networking/gossipsub.h"
#include "node/networking/snappy_codec.h"
#include "tools/vectors/networking_checks.h"
#include "tools/vectors/networking_rpc.h"

namespace lockstep::vectors {
namespace {

using namespace networking;

/// The state machine chooses at random only in heartbeats and for its own notes, which no vector sees.
class NoRandom final : public runtime::Random {
 public:
  std::uint64_t next() override { return 0; }
  void fill(std::span<std::uint8_t> out) override { std::fill(out.begin(), out.end(), std::uint8_t{1}); }
};

base::Instant read_instant(const Json& node) {
  if (!node.is_number()) {
    throw Malformed("a time is no number");
  }
  const double seconds = node.get<double>();
  if (!(seconds >= 0 && seconds < 1e9)) {
    throw Malformed("a time is out of range");
  }
  return base::Instant{} + std::chrono::milliseconds(std::llround(seconds * 1000));
}

MessageId read_id(const Json& node) {
  MessageId id;
  read_json(node, id);
  return id;
}

/// Calls `visit` with each element of an array that may be absent.
template <typename Visit>
void for_each_in(const Json& object, std::string_view key, const Visit& visit) {
  if (const Json* elements = find_member(object, key)) {
    for (const Json& element : *elements) {
      visit(element);
    }
  }
}
template <typename Visit>
void for_each_pair(const Json& object, std::string_view key, const Visit& visit) {
  if (const Json* pairs = find_member(object, key)) {
    for (const auto& [name, value] : pairs->items()) {
      visit(name, value);
    }
  }
}

/// The names that a vector uses, by number: peers in the order of their names, topics likewise.
struct Names {
  std::map<std::string, runtime::PeerId> peers;
  std::map<runtime::PeerId, std::string> names;
  std::vector<std::string> topics;

  explicit Names(const Json& fixture) {
    const Json& state = member(fixture, "initialState");
    const Json& event = member(fixture, "event");
    std::set<std::string> all_peers{read_string(member(event, "fromPeer"))};
    std::set<std::string> all_topics;
    for_each_in(state, "subscriptions", [&](const Json& topic) { all_topics.insert(read_string(topic)); });
    for_each_pair(state, "peers", [&](const std::string& name, const Json& peer) {
      all_peers.insert(name);
      for_each_in(peer, "subscriptions", [&](const Json& topic) { all_topics.insert(read_string(topic)); });
      for_each_pair(peer, "backoff",
                    [&](const std::string& topic, const Json&) { all_topics.insert(topic); });
    });
    for_each_pair(state, "meshes", [&](const std::string& topic, const Json& members) {
      all_topics.insert(topic);
      for (const Json& peer : members) {
        all_peers.insert(read_string(peer));
      }
    });
    for_each_in(state, "cachedMessages",
                [&](const Json& message) { all_topics.insert(read_string(member(message, "topic"))); });
    for (const std::string& name : all_peers) {
      const runtime::PeerId id{peers.size() + 1};
      peers[name] = id;
      names[id] = name;
    }
    topics.assign(all_topics.begin(), all_topics.end());
  }

  [[nodiscard]] std::optional<TopicIndex> find_topic(std::string_view name) const {
    const auto found = std::find(topics.begin(), topics.end(), name);
    return found == topics.end() ? std::nullopt
                                 : std::optional(static_cast<TopicIndex>(found - topics.begin()));
  }
  [[nodiscard]] TopicIndex topic(const std::string& name) const { return find_topic(name).value(); }
};

runtime::Frame message_frame(std::string_view topic, base::ByteView data) {
  RpcView rpc;
  rpc.publish.push_back({.topic = topic, .data = data});
  return frame_of(rpc);
}

/// leanSpec's identity of a message as it comes off the wire; nothing when it would be too long.
std::optional<MessageId> id_of(std::string_view topic, base::ByteView data) {
  const std::optional<std::size_t> length = snappy_block_length(data);
  base::Bytes plain;
  if (length && *length > kPayloadBytesMax) {
    return std::nullopt;
  }
  const bool valid = length && decode_snappy_block(data, plain);
  return MessageIds(valid ? MessageDomain::kValidSnappy : MessageDomain::kInvalidSnappy, topic)
      .of(valid ? base::ByteView(plain) : data);
}

/// Runs one vector.
class Handler {
 public:
  explicit Handler(const Json& fixture)
      : fixture_(fixture), names_(fixture), now_(read_instant(member(fixture, "now"))) {
    set_up(member(fixture, "initialState"));
  }

  void check() {
    const Json& event = member(fixture_, "event");
    OwnedRpc written;
    read_rpc(event, event, written);
    // By way of the wire, as an RPC comes in.
    base::Bytes wire;
    encode_rpc(written.view, wire);
    RpcView rpc;
    expect(decode_rpc(wire, rpc), "the event's RPC is not read back");
    take(names_.peers.at(read_string(member(event, "fromPeer"))), rpc);
    const Json& expected = member(fixture_, "expected");
    check_sent(member(expected, "sentRpcs"));
    check_meshes(member(expected, "meshAfter"));
  }

 private:
  static GossipsubParameters read_parameters(const Json& fixture) {
    const Json& params = member(fixture, "params");
    return {.d = read<std::size_t>(params, "d"),
            .d_low = read<std::size_t>(params, "dLow"),
            .d_high = read<std::size_t>(params, "dHigh"),
            .d_lazy = read<std::size_t>(params, "dLazy")};
  }

  void set_up(const Json& state) {
    for_each_in(state, "subscriptions",
                [&](const Json& topic) { machine_.follow_silently(names_.topic(read_string(topic))); });
    for_each_pair(state, "peers", [&](const std::string& name, const Json& peer) {
      const runtime::PeerId id = names_.peers.at(name);
      const Json* with_stream = find_member(peer, "withStream");
      machine_.connect(id, with_stream == nullptr || read_bool(*with_stream));
      for_each_in(peer, "subscriptions", [&](const Json& topic) {
        machine_.on_subscription(id, names_.topic(read_string(topic)), true);
      });
      for_each_pair(peer, "backoff", [&](const std::string& topic, const Json& expiry) {
        machine_.remember_backoff(id, names_.topic(topic), read_instant(expiry));
      });
      decline(id, peer);
    });
    for_each_pair(state, "meshes", [&](const std::string& topic, const Json& members) {
      for (const Json& peer : members) {
        machine_.remember_in_mesh(names_.topic(topic), names_.peers.at(read_string(peer)));
      }
    });
    for_each_in(state, "seenMessageIds", [&](const Json& id) { machine_.remember_seen(read_id(id), now_); });
    for_each_in(state, "cachedMessages", [&](const Json& message) {
      const std::string topic = read_string(member(message, "topic"));
      machine_.remember_cached(names_.topic(topic), read_id(member(message, "messageId")),
                               message_frame(topic, read_bytes(member(message, "data"))));
    });
    machine_.outbox().clear();
  }

  /// Has the peer decline what it declines at the beginning.
  void decline(runtime::PeerId peer, const Json& configuration) {
    std::vector<MessageId> ids;
    for_each_in(configuration, "dontWantIds", [&](const Json& id) { ids.push_back(read_id(id)); });
    ControlView control;
    for (const MessageId& id : ids) {
      control.ids.push_back(id.view());
    }
    control.idontwant.push_back({.topic = {}, .first = 0, .count = control.ids.size()});
    machine_.on_control(peer, control, now_);
  }

  /// Works an RPC off in leanSpec's order.
  void take(runtime::PeerId from, const RpcView& rpc) {
    for (const SubscriptionView& subscription : rpc.subscriptions) {
      if (const auto topic = names_.find_topic(subscription.topic)) {
        machine_.on_subscription(from, *topic, subscription.subscribe);
      }
    }
    for (const MessageView& message : rpc.publish) {
      const auto topic = names_.find_topic(message.topic);
      const auto id = id_of(message.topic, message.data);
      if (topic && id) {
        machine_.on_message(from, *topic, *id, message_frame(message.topic, message.data),
                            message.data.size(), now_);
      }
    }
    machine_.on_control(from, rpc.control, now_);
  }

  void check_sent(const Json& expected) {
    std::vector<Outgoing>& sent = machine_.outbox();
    // leanSpec's sets have no order; vectors are sorted by the names of the receivers.
    std::stable_sort(sent.begin(), sent.end(), [this](const Outgoing& a, const Outgoing& b) {
      return names_.names.at(a.to) < names_.names.at(b.to);
    });
    expect(sent.size() == expected.size(),
           std::to_string(sent.size()) + " RPCs are sent instead of " + std::to_string(expected.size()));
    for (std::size_t i = 0; i < sent.size(); ++i) {
      const std::string to = read_string(member(expected[i], "toPeer"));
      expect(names_.names.at(sent[i].to) == to,
             "RPC " + std::to_string(i) + " goes to " + names_.names.at(sent[i].to) + ", not to " + to);
      check_rpc(*sent[i].frame, expected[i], i);
    }
  }

  static void check_rpc(base::ByteView frame, const Json& expected, std::size_t number) {
    static const Json kNoControl = Json::object();
    const Json* control = find_member(expected, "control");
    OwnedRpc wanted;
    read_rpc(expected, control == nullptr ? kNoControl : *control, wanted);
    base::Bytes bytes;
    encode_rpc(wanted.view, bytes);
    const base::ByteView actual = frame.subspan(1);
    expect(std::equal(actual.begin(), actual.end(), bytes.begin(), bytes.end()),
           "RPC " + std::to_string(number) + " is " + base::to_hex(actual) + ", expected " +
               base::to_hex(bytes));
  }

  void check_meshes(const Json& expected) const {
    std::size_t followed = 0;
    for (std::size_t i = 0; i < names_.topics.size(); ++i) {
      const auto topic = static_cast<TopicIndex>(i);
      if (!machine_.follows(topic)) {
        continue;
      }
      ++followed;
      std::vector<std::string> wanted;
      for (const Json& peer : member(expected, names_.topics[i])) {
        wanted.push_back(read_string(peer));
      }
      std::vector<std::string> mesh;
      for (const runtime::PeerId peer : machine_.mesh(topic)) {
        mesh.push_back(names_.names.at(peer));
      }
      std::sort(mesh.begin(), mesh.end());
      expect(mesh == wanted, "the mesh of " + names_.topics[i] + " differs");
    }
    expect(followed == expected.size(), "other topics are followed");
  }

  const Json& fixture_;
  const Names names_;
  const base::Instant now_;
  NoRandom random_;
  KeyedHash hash_{random_};
  Gossipsub machine_{names_.topics, read_parameters(fixture_), hash_, random_};
};

}  // namespace

void check_gossipsub_handler(const Json& fixture) {
  Handler(fixture).check();
}

}  // namespace lockstep::vectors

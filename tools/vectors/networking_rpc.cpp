// From JSON to the views that the node's codec writes.
#include "tools/vectors/networking_rpc.h"

namespace lockstep::vectors {
namespace {

using networking::IdsView;

class RpcReader {
 public:
  explicit RpcReader(OwnedRpc& out) : out_(out) {}

  void subscriptions(const Json& entries) {
    for (const Json& entry : entries) {
      out_.view.subscriptions.push_back(
          {.subscribe = read_bool(member(entry, "subscribe")), .topic = text(entry, "topicId")});
    }
  }

  void publish(const Json& entries) {
    for (const Json& entry : entries) {
      out_.view.publish.push_back({.topic = text(entry, "topic"),
                                   .data = bytes(entry, "data"),
                                   .from = bytes(entry, "fromPeer"),
                                   .seqno = bytes(entry, "seqno"),
                                   .signature = bytes(entry, "signature"),
                                   .key = bytes(entry, "key")});
    }
  }

  void control(const Json& lists) {
    networking::ControlView& control = out_.view.control;
    ids(lists, "ihave", control.ihave);
    ids(lists, "iwant", control.iwant);
    if (const Json* entries = find_member(lists, "graft")) {
      for (const Json& entry : *entries) {
        control.graft.push_back(text(entry, "topicId"));
      }
    }
    if (const Json* entries = find_member(lists, "prune")) {
      for (const Json& entry : *entries) {
        const Json* backoff = find_member(entry, "backoff");
        control.prune.push_back(
            {.topic = text(entry, "topicId"), .backoff = backoff == nullptr ? 0 : read_number(*backoff)});
      }
    }
    ids(lists, "idontwant", control.idontwant);
  }

 private:
  void ids(const Json& lists, std::string_view key, std::vector<IdsView>& out) {
    const Json* entries = find_member(lists, key);
    if (entries == nullptr) {
      return;
    }
    std::vector<base::ByteView>& all = out_.view.control.ids;
    for (const Json& entry : *entries) {
      IdsView& view = out.emplace_back(IdsView{.topic = text(entry, "topicId"), .first = all.size()});
      if (const Json* own = find_member(entry, "messageIds")) {
        for (const Json& id : *own) {
          all.emplace_back(out_.bytes.emplace_back(read_bytes(id)));
        }
      }
      view.count = all.size() - view.first;
    }
  }

  std::string_view text(const Json& object, std::string_view key) {
    const Json* value = find_member(object, key);
    return value == nullptr ? std::string_view{} : out_.texts.emplace_back(read_string(*value));
  }
  base::ByteView bytes(const Json& object, std::string_view key) {
    const Json* value = find_member(object, key);
    return value == nullptr ? base::ByteView{} : base::ByteView(out_.bytes.emplace_back(read_bytes(*value)));
  }

  OwnedRpc& out_;
};

}  // namespace

const Json* find_member(const Json& object, std::string_view key) {
  if (!object.is_object()) {
    throw Malformed("expected an object with " + std::string(key));
  }
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

void read_rpc(const Json& rpc, const Json& control, OwnedRpc& out) {
  RpcReader reader(out);
  if (const Json* entries = find_member(rpc, "subscriptions")) {
    reader.subscriptions(*entries);
  }
  if (const Json* entries = find_member(rpc, "publish")) {
    reader.publish(*entries);
  }
  reader.control(control);
}

}  // namespace lockstep::vectors

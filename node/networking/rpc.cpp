// Reading and writing of gossipsub's protobuf RPC.
#include "node/networking/rpc.h"

#include "node/networking/protobuf.h"
#include "node/networking/text_codec.h"

namespace lockstep::networking {

using namespace protobuf;

namespace {

/// Reads one RPC, counting its parts.
class Reader {
 public:
  explicit Reader(RpcView& out) : out_(out) {}

  bool rpc(base::ByteView in) {
    return for_each_field(in, [this](const Field& field) {
      if (field.is_bytes(1)) {
        return count() && subscription(field.bytes, out_.subscriptions.emplace_back());
      }
      if (field.is_bytes(2)) {
        return count() && message(field.bytes, out_.publish.emplace_back());
      }
      if (field.is_bytes(3)) {
        out_.control.clear();
        return control(field.bytes);
      }
      return true;
    });
  }

 private:
  /// Calls `take` with each field until it refuses one; false then, or when a field is malformed.
  template <typename Take>
  static bool for_each_field(base::ByteView in, const Take& take) {
    Field field;
    for (std::size_t at = 0; at < in.size();) {
      if (!read_field(in, at, field) || !take(field)) {
        return false;
      }
    }
    return true;
  }

  bool count() { return ++parts_ <= kRpcPartsMax; }

  static bool text(base::ByteView bytes, std::string_view& out) {
    out = as_text(bytes);
    return is_utf8(bytes);
  }

  static bool subscription(base::ByteView in, SubscriptionView& out) {
    return for_each_field(in, [&out](const Field& field) {
      if (field.is_number(1)) {
        out.subscribe = field.value != 0;
      }
      return !field.is_bytes(2) || text(field.bytes, out.topic);
    });
  }

  static bool message(base::ByteView in, MessageView& out) {
    return for_each_field(in, [&out](const Field& field) {
      if (field.wire_type != kLengthDelimited) {
        return true;
      }
      switch (field.number) {
        case 1:
          out.from = field.bytes;
          return true;
        case 2:
          out.data = field.bytes;
          return true;
        case 3:
          out.seqno = field.bytes;
          return true;
        case 4:
          return text(field.bytes, out.topic);
        case 5:
          out.signature = field.bytes;
          return true;
        case 6:
          out.key = field.bytes;
          return true;
        default:
          return true;
      }
    });
  }

  bool control(base::ByteView in) {
    ControlView& out = out_.control;
    return for_each_field(in, [this, &out](const Field& field) {
      if (field.wire_type != kLengthDelimited || field.number < 1 || field.number > 5) {
        return true;
      }
      if (!count()) {
        return false;
      }
      switch (field.number) {
        case 1:
          return ids(field.bytes, 2, out.ihave.emplace_back());
        case 2:
          return ids(field.bytes, 1, out.iwant.emplace_back());
        case 3:
          return graft(field.bytes, out.graft.emplace_back());
        case 4:
          return prune(field.bytes, out.prune.emplace_back());
        default:
          return ids(field.bytes, 1, out.idontwant.emplace_back());
      }
    });
  }

  /// Ids under the field `id_field`; where that is 2, a topic under 1.
  bool ids(base::ByteView in, std::uint64_t id_field, IdsView& out) {
    out.first = out_.control.ids.size();
    const bool read = for_each_field(in, [this, id_field, &out](const Field& field) {
      if (field.is_bytes(id_field)) {
        out_.control.ids.push_back(field.bytes);
        return count();
      }
      return !field.is_bytes(1) || text(field.bytes, out.topic);
    });
    out.count = out_.control.ids.size() - out.first;
    return read;
  }

  static bool graft(base::ByteView in, std::string_view& topic) {
    return for_each_field(
        in, [&topic](const Field& field) { return !field.is_bytes(1) || text(field.bytes, topic); });
  }

  static bool prune(base::ByteView in, PruneView& out) {
    return for_each_field(in, [&out](const Field& field) {
      if (field.is_number(3)) {
        out.backoff = field.value;
      }
      return !field.is_bytes(1) || text(field.bytes, out.topic);
    });
  }

  RpcView& out_;
  std::size_t parts_ = 0;
};

std::size_t message_size(const MessageView& message) {
  return optional_size(message.from.size()) + optional_size(message.data.size()) +
         optional_size(message.seqno.size()) + optional_size(message.topic.size()) +
         optional_size(message.signature.size()) + optional_size(message.key.size());
}

void append_message(const MessageView& message, base::Bytes& out) {
  append_length(2, message_size(message), out);
  append_optional(1, message.from, out);
  append_optional(2, message.data, out);
  append_optional(3, message.seqno, out);
  append_optional(4, as_bytes(message.topic), out);
  append_optional(5, message.signature, out);
  append_optional(6, message.key, out);
}

void append_ids(const ControlView& control, const IdsView& entry, std::uint8_t field, std::uint8_t id_field,
                base::Bytes& out) {
  std::size_t size = optional_size(entry.topic.size());
  for (const base::ByteView id : control.ids_of(entry)) {
    size += delimited_size(id.size());
  }
  append_length(field, size, out);
  append_optional(1, as_bytes(entry.topic), out);
  for (const base::ByteView id : control.ids_of(entry)) {
    append_bytes(id_field, id, out);
  }
}

void append_control(const ControlView& control, base::Bytes& out) {
  for (const IdsView& entry : control.ihave) {
    append_ids(control, entry, 1, 2, out);
  }
  for (const IdsView& entry : control.iwant) {
    append_ids(control, entry, 2, 1, out);
  }
  for (const std::string_view topic : control.graft) {
    append_length(3, optional_size(topic.size()), out);
    append_optional(1, as_bytes(topic), out);
  }
  for (const PruneView& prune : control.prune) {
    const std::size_t backoff_size = prune.backoff > 0 ? 1 + varint_size(prune.backoff) : 0;
    append_length(4, optional_size(prune.topic.size()) + backoff_size, out);
    append_optional(1, as_bytes(prune.topic), out);
    if (prune.backoff > 0) {
      append_number(3, prune.backoff, out);
    }
  }
  for (const IdsView& entry : control.idontwant) {
    append_ids(control, entry, 5, 1, out);
  }
}

}  // namespace

void ControlView::clear() {
  ids.clear();
  ihave.clear();
  iwant.clear();
  graft.clear();
  prune.clear();
  idontwant.clear();
}

bool ControlView::empty() const {
  return ihave.empty() && iwant.empty() && graft.empty() && prune.empty() && idontwant.empty();
}

void RpcView::clear() {
  subscriptions.clear();
  publish.clear();
  control.clear();
}

bool decode_rpc(base::ByteView in, RpcView& out) {
  out.clear();
  return Reader(out).rpc(in);
}

void encode_rpc(const RpcView& rpc, base::Bytes& out) {
  for (const SubscriptionView& subscription : rpc.subscriptions) {
    // leanSpec writes the topic even when it is empty.
    append_length(1, 2 + delimited_size(subscription.topic.size()), out);
    append_number(1, subscription.subscribe ? 1 : 0, out);
    append_bytes(2, as_bytes(subscription.topic), out);
  }
  for (const MessageView& message : rpc.publish) {
    append_message(message, out);
  }
  if (!rpc.control.empty()) {
    base::Bytes control;
    append_control(rpc.control, control);
    append_bytes(3, control, out);
  }
}

std::size_t encoded_publish_size(const MessageView& message) {
  return delimited_size(message_size(message));
}

}  // namespace lockstep::networking

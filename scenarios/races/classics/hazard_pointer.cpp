// A reader announces the object that it uses, and does not look again whether it was replaced meanwhile.
// finds: use after free
#include <atomic>
#include <cassert>
#include <thread>

namespace {
struct Object {
  int value;
};

std::atomic<Object*> current{nullptr};
std::atomic<Object*> announced{nullptr};

void use_object() {
  Object* object = current;
  announced = object;
#ifdef CORRECT
  while (object != current) {
    object = current;
    announced = object;
  }
#endif
  assert(object->value > 0);
  announced = nullptr;
}

void replace() {
  Object* const old = current.exchange(new Object{2});
  while (announced == old) {
    std::this_thread::yield();
  }
  delete old;
}
}  // namespace

int main() {
  current = new Object{1};
  std::thread reader(use_object);
  std::thread writer(replace);
  reader.join();
  writer.join();
  delete current;
}

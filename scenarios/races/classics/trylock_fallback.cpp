// Whoever finds the spin lock taken counts without it.
// finds: data race
#include <pthread.h>
#include <cassert>
#include <thread>

namespace {
pthread_spinlock_t guard;
int counted = 0;

void count() {
#ifdef CORRECT
  pthread_spin_lock(&guard);
#else
  if (pthread_spin_trylock(&guard) != 0) {
    ++counted;
    return;
  }
#endif
  ++counted;
  pthread_spin_unlock(&guard);
}
}  // namespace

int main() {
  pthread_spin_init(&guard, PTHREAD_PROCESS_PRIVATE);
  std::thread a(count);
  std::thread b(count);
  a.join();
  b.join();
  assert(counted == 2);
}

//! Languages that are compiled.

use expect_test::expect;

use super::check;

#[test]
fn go() {
    check(
        "go",
        include_str!("../samples/go.txt"),
        expect![[r#"
        import: import "errors"
        import: import (
        	"context"
        	"fmt"
        	log "log/slog"
        )
        const retriesMax = 3
        low  = iota
        high
        var ErrFull = errors.New("queue: full")
        // Task is one piece of work.
        type Task struct {
        	Name string `json:"name"`
        	Run  func(context.Context) error
        }
        Handler func(Task) error
        Level   int
        // Store keeps tasks.
        type Store interface {
        	Put(ctx context.Context, task Task) error
        	Next() (Task, bool)
        }
        func New(limit int, handlers ...Handler) *Queue
        // Push adds a task.
        func (q *Queue) Push(ctx context.Context, task Task) (err error)
        func Map[T, U any](items []T, each func(T) U) []U
        comments and strings: Package errors context fmt log queue Task json Store New Push push too pushed rune x
    "#]],
    );
}

#[test]
fn java() {
    check(
        "java",
        include_str!("../samples/java.txt"),
        expect![[r#"
        import: import java.util.List;
        import: import java.util.Map;
        import: import static java.util.stream.Collectors.toList;
        // 주문을 저장한다.
        public interface OrderStore
        // Finds one, or null.
        public interface OrderStore
            Order find(String id)
        public interface OrderStore
            default int count()
        public interface OrderStore
            List<Order> all()
        enum Level {
            LOW,
            HIGH;

            boolean isHigh() {
                return this == HIGH;
            }
        }
        enum Level
            boolean isHigh()
        public record Point(int x, int y)
        @Service public final class OrderService<T extends Order> extends Base implements OrderStore
            public OrderService(Map<String, Order> orders)
        // Looks in memory only.
        @Service public final class OrderService<T extends Order> extends Base implements OrderStore
            @Override public Order find(String id)
        @Service public final class OrderService<T extends Order> extends Base implements OrderStore
            static <R> List<R> map(List<Order> from, java.util.function.Function<Order, R> each) throws RuntimeException
        @Service public final class OrderService<T extends Order> extends Base implements OrderStore
            private static class Entry
        @Service public final class OrderService<T extends Order> extends Base implements OrderStore
            @interface Marked
        comments and strings: 주문을 Finds Looks none no never x A multi
    "#]],
    );
}

#[test]
fn kotlin() {
    check(
        "kotlin",
        include_str!("../samples/kotlin.txt"),
        expect![[r#"
        import: import java.util.UUID
        import: import kotlinx.coroutines.flow.*
        const val RETRIES = 3
        val log: Logger = logger("orders")
        typealias Handler = (Order) -> Unit
        // 한 줄의 주문.
        data class Order(
            val id: UUID,
            val price: Int = 0,
        )
        // Finds orders.
        interface Store<T : Any>
        interface Store<T : Any>
            suspend fun find(id: UUID): T?
        interface Store<T : Any>
            fun all(): List<T>
        enum class Level { LOW, HIGH }
        sealed class Result
        sealed class Result
            object Empty : Result()
        sealed class Result
            data class Found(val order: Order) : Result()
        object Registry
        object Registry
            fun add(handler: Handler)
        class MemoryStore(private val orders: Map<UUID, Order>) : Store<Order>
        companion object
            fun empty()
        class MemoryStore(private val orders: Map<UUID, Order>) : Store<Order>
            @Throws(IllegalStateException::class) override suspend fun find(id: UUID): Order?
        local: fun twice(n: Int)
        fun <T> List<T>.second(): T
        val raw = """
        comments and strings: Orders orders 한 Finds Looks x find orders log several
    "#]],
    );
}

#[test]
fn c() {
    check(
        "c",
        include_str!("../samples/c.txt"),
        expect![[r#"
        import: #include <stdint.h>
        import: #include "util.h"
        #define RING_H
        #define RING_BYTES_MAX 4096
        #define MIN(a, b) ((a) < (b) ? (a) : (b))
        typedef uint32_t ring_index;
        // One entry.
        struct entry {
            const char *name;
            ring_index at;
        }
        typedef struct {
            struct entry *entries;
            size_t count;
        } ring;
        enum ring_state {
            RING_EMPTY,
            RING_FULL,
        }
        union word {
            uint32_t whole;
            uint8_t bytes[4];
        }
        static const char *const NAMES[] = {"one", "two"};
        int ring_count = 0;
        // Makes a ring.
        ring *ring_new(size_t count)
        static inline bool ring_is_full(const ring *r)
        char **ring_names(const ring *r, int flags)
        void ring_dump(ring *r)
        comments and strings: 고정 stdint util One one two Makes full name dump
    "#]],
    );
}

#[test]
fn cpp() {
    check(
        "cpp",
        include_str!("../samples/cpp.txt"),
        expect![[r#"
        import: #include <memory>
        import: #include <vector>
        import: #include "shape.hpp"
        import: using std::vector;
        using Points = std::vector<Point>;
        constexpr int SIDES_MAX = 16;
        // A point.
        namespace geometry
            struct Point {
            double x = 0;
            double y = 0;

            double length() const;
        }
        struct Point
            double length() const
        namespace geometry
            enum class Kind { Circle, Square }
        // Anything with an area.
        namespace geometry
            class Shape : public Base
            explicit Shape(int sides) : sides_(sides)
        class Shape : public Base
            virtual double area() const = 0
        class Shape : public Base
            static std::unique_ptr<Shape> make(Kind kind)
        class Shape : public Base
            bool operator==(const Shape& other) const
        namespace geometry
            T largest(const std::vector<T>& items)
        namespace geometry
            std::unique_ptr<Shape> Shape::make(Kind kind)
        namespace geometry
            double& Point::at(int index)
        int main()
        comments and strings: 도형과 memory vector shape A Anything keep raw no x namespace
    "#]],
    );
}

#[test]
fn csharp() {
    check(
        "csharp",
        include_str!("../samples/csharp.txt"),
        expect![[r#"
        import: using System;
        import: using System.Collections.Generic;
        import: using static System.Math;
        // 한 줄의 주문.
        namespace Shop.Orders
            public record Order(string Name, decimal Price)
        namespace Shop.Orders
            public enum Level
            {
                Low,
                High,
            }
        // Finds orders.
        namespace Shop.Orders
            public interface IStore<T> where T : class
        public interface IStore<T> where T : class
            T? Find(string id)
        public interface IStore<T> where T : class
            int Count
        namespace Shop.Orders
            public struct Point
            {
                public int X;
                public int Y;
            }
        namespace Shop.Orders
            public delegate void Changed(object sender, Order order)
        namespace Shop.Orders
            [Serializable] public sealed class OrderStore : IStore<Order>
            public OrderStore(int limit)
        [Serializable] public sealed class OrderStore : IStore<Order>
            public int Limit
        [Serializable] public sealed class OrderStore : IStore<Order>
            public int Count
        // Looks one up.
        [Serializable] public sealed class OrderStore : IStore<Order>
            [Obsolete("use TryFind")] public Order? Find(string id)
        [Serializable] public sealed class OrderStore : IStore<Order>
            public async Task<int> CountAsync(CancellationToken token = default)
        local: int Twice(int n)
        comments and strings: summary 한 summary Finds summary use x C find in log counts
    "#]],
    );
}

#[test]
fn swift() {
    check(
        "swift",
        include_str!("../samples/swift.txt"),
        expect![[r#"
            import: import Foundation
            import: @testable import Orders
            let retries = 3
            typealias Handler = (Order) -> Void
            // 한 줄의 주문.
            struct Order: Codable
            enum Level: String {
                case low
                case high
            }
            // Finds orders.
            protocol Store: AnyObject {
                var count: Int { get }
                func find(_ id: String) -> Order?
            }
            protocol Store: AnyObject
                func find(_ id: String) -> Order?
            extension Order
                func total(count: Int) -> Int
            @MainActor final class MemoryStore<T>: Store where T: Hashable
                init(orders: [String: Order])
            @MainActor final class MemoryStore<T>: Store where T: Hashable
                func find(_ id: String) -> Order?
            local: func twice(_ n: Int) -> Int
            func map<T, U>(_ items: [T], each: (T) throws -> U) rethrows -> [U]
            comments and strings: 한 Finds Looks find in log gone several
        "#]],
    );
}

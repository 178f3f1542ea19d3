//! Languages of scripts.

use expect_test::expect;

use super::check;

#[test]
fn ruby() {
    check(
        "ruby",
        include_str!("../samples/ruby.txt"),
        expect![[r#"
        import: require "json"
        import: require_relative "store"
        RETRIES = 3
        # 주문을 다룬다.
        module Orders
        # One order.
        module Orders
            class Order < Base
            def initialize(name, price: 0)
        # Compares prices.
        class Order < Base
            def <=>(other)
        class Order < Base
            def empty?
        class Order < Base
            def self.parse(text)
        class << self
            def build(*args, &block)
        def read(path)
        comments and strings: frozen json store 주문을 One Compares name price arg end log begin several s w
    "#]],
    );
}

#[test]
fn php() {
    check(
        "php",
        include_str!("../samples/php.txt"),
        expect![[r#"
        import: use App\Base;
        import: use App\Support\{Clock, Log as Logger};
        import: use function strlen;
        import: require_once __DIR__ . '/helpers.php';
        const RETRIES = 3;
        // 주문을 저장한다.
        interface Store
        interface Store
            public function find(string $id): ?Order
        enum Level: string
        {
            case Low = 'low';
            case High = 'high';
        }
        trait Counts
        trait Counts
            public function count(): int
        #[Service] final class MemoryStore extends Base implements Store
            public function __construct(private readonly array $orders, private ?Logger $log = null)
        // Looks in memory only.
        #[Service] final class MemoryStore extends Base implements Store
            public function find(string $id): ?Order
        function store(array $orders = []): Store
        comments and strings: helpers LIMIT 주문을 low high memory Looks find in log Makes several
    "#]],
    );
}

#[test]
fn shell() {
    check(
        "shellscript",
        include_str!("../samples/shellscript.txt"),
        expect![[r#"
            import: source ./lib/common.sh
            import: . "$HOME/.profile"
            RETRIES=3
            TARGET="${1:-/var/backups}"
            PATH="$HOME/bin:$PATH"
            # Says something.
            log()
            function make_backup
            usage()
            comments and strings: usr 백업을 HOME HOME Says s always 1 name TARGET name no sage directory failed TARGET temporary
        "#]],
    );
}

// Printed by `pg-bulk-ingest struct` of public.actor, public.address, public.category and 12 more.
// Cargo.toml: pg-bulk-ingest = { version = "0.1.0", features = ["rust_decimal"] }
// Types of the crates chrono, rust_decimal, uuid.

use pg_bulk_ingest::{Filled, IngestEnum, IngestTable};

// Not said by the struct, and left as it is by an ingest:
// - trigger last_updated
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "actor")]
pub struct Actor {
    #[ingest(primary_key, default = "nextval('public.actor_actor_id_seq'::regclass)")]
    pub actor_id: Filled<i32>,
    pub first_name: String,
    #[ingest(index)]
    pub last_name: String,
    #[ingest(default = "now()")]
    pub last_update: Filled<chrono::DateTime<chrono::Utc>>,
}

// Not said by the struct, and left as it is by an ingest:
// - foreign key constraint address_city_id_fkey: FOREIGN KEY (city_id) REFERENCES public.city(city_id) ON UPDATE CASCADE ON DELETE RESTRICT
// - trigger last_updated
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "address")]
pub struct Address {
    #[ingest(primary_key, default = "nextval('public.address_address_id_seq'::regclass)")]
    pub address_id: Filled<i32>,
    pub address: String,
    pub address2: Option<String>,
    pub district: String,
    #[ingest(index)]
    pub city_id: i32,
    pub postal_code: Option<String>,
    pub phone: String,
    #[ingest(default = "now()")]
    pub last_update: Filled<chrono::DateTime<chrono::Utc>>,
}

// Not said by the struct, and left as it is by an ingest:
// - trigger last_updated
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "category")]
pub struct Category {
    #[ingest(primary_key, default = "nextval('public.category_category_id_seq'::regclass)")]
    pub category_id: Filled<i32>,
    pub name: String,
    #[ingest(default = "now()")]
    pub last_update: Filled<chrono::DateTime<chrono::Utc>>,
}

// Not said by the struct, and left as it is by an ingest:
// - foreign key constraint city_country_id_fkey: FOREIGN KEY (country_id) REFERENCES public.country(country_id) ON UPDATE CASCADE ON DELETE RESTRICT
// - trigger last_updated
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "city")]
pub struct City {
    #[ingest(primary_key, default = "nextval('public.city_city_id_seq'::regclass)")]
    pub city_id: Filled<i32>,
    pub city: String,
    #[ingest(index)]
    pub country_id: i32,
    #[ingest(default = "now()")]
    pub last_update: Filled<chrono::DateTime<chrono::Utc>>,
}

// Not said by the struct, and left as it is by an ingest:
// - trigger last_updated
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "country")]
pub struct Country {
    #[ingest(primary_key, default = "nextval('public.country_country_id_seq'::regclass)")]
    pub country_id: Filled<i32>,
    pub country: String,
    #[ingest(default = "now()")]
    pub last_update: Filled<chrono::DateTime<chrono::Utc>>,
}

// Not said by the struct, and left as it is by an ingest:
// - foreign key constraint customer_address_id_fkey: FOREIGN KEY (address_id) REFERENCES public.address(address_id) ON UPDATE CASCADE ON DELETE RESTRICT
// - foreign key constraint customer_store_id_fkey: FOREIGN KEY (store_id) REFERENCES public.store(store_id) ON UPDATE CASCADE ON DELETE RESTRICT
// - trigger last_updated
// - unique index customer_uuid_key: btree (uuid) (it is no constraint, and `unique` would make it one)
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "customer")]
pub struct Customer {
    #[ingest(primary_key, default = "nextval('public.customer_customer_id_seq'::regclass)")]
    pub customer_id: Filled<i32>,
    #[ingest(index)]
    pub store_id: i32,
    pub first_name: String,
    #[ingest(index)]
    pub last_name: String,
    pub email: Option<String>,
    #[ingest(index)]
    pub address_id: i32,
    #[ingest(default = "true")]
    pub activebool: bool,
    #[ingest(default = "CURRENT_DATE")]
    pub create_date: Filled<chrono::NaiveDate>,
    #[ingest(default = "now()")]
    pub last_update: Filled<Option<chrono::DateTime<chrono::Utc>>>,
    pub active: Option<i32>,
    #[ingest(default = "gen_random_uuid()")]
    pub uuid: Filled<uuid::Uuid>,
}

// Not said by the struct, and left as it is by an ingest:
// - foreign key constraint film_language_id_fkey: FOREIGN KEY (language_id) REFERENCES public.language(language_id) ON UPDATE CASCADE ON DELETE RESTRICT
// - foreign key constraint film_original_language_id_fkey: FOREIGN KEY (original_language_id) REFERENCES public.language(language_id) ON UPDATE CASCADE ON DELETE RESTRICT
// - trigger film_fulltext_trigger
// - trigger last_updated
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "film")]
pub struct Film {
    #[ingest(primary_key, default = "nextval('public.film_film_id_seq'::regclass)")]
    pub film_id: Filled<i32>,
    #[ingest(index)]
    pub title: String,
    pub description: Option<String>,
    #[ingest(sql_type = "public.year")]
    pub release_year: Option<i32>,
    #[ingest(index)]
    pub language_id: i32,
    #[ingest(index)]
    pub original_language_id: Option<i32>,
    #[ingest(default = "3")]
    pub rental_duration: i16,
    #[ingest(sql_type = "numeric(4,2)", default = "4.99")]
    pub rental_rate: rust_decimal::Decimal,
    pub length: Option<i16>,
    #[ingest(sql_type = "numeric(5,2)", default = "19.99")]
    pub replacement_cost: rust_decimal::Decimal,
    #[ingest(default = "'G'::public.mpaa_rating")]
    pub rating: Option<MpaaRating>,
    #[ingest(default = "now()")]
    pub last_update: Filled<chrono::DateTime<chrono::Utc>>,
    pub special_features: Option<Vec<String>>,
    #[ingest(text, sql_type = "tsvector", index(using = "gist"))]
    pub fulltext: String,
    #[ingest(sql_type = "numeric(4,2)", generated = "round(((length)::numeric / 60.0), 2)")]
    pub length_hours: Filled<Option<rust_decimal::Decimal>>,
}

// Not said by the struct, and left as it is by an ingest:
// - foreign key constraint film_actor_actor_id_fkey: FOREIGN KEY (actor_id) REFERENCES public.actor(actor_id) ON UPDATE CASCADE ON DELETE RESTRICT
// - foreign key constraint film_actor_film_id_fkey: FOREIGN KEY (film_id) REFERENCES public.film(film_id) ON UPDATE CASCADE ON DELETE RESTRICT
// - trigger last_updated
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "film_actor")]
pub struct FilmActor {
    #[ingest(primary_key)]
    pub actor_id: i32,
    #[ingest(primary_key, index)]
    pub film_id: i32,
    #[ingest(default = "now()")]
    pub last_update: Filled<chrono::DateTime<chrono::Utc>>,
}

// Not said by the struct, and left as it is by an ingest:
// - foreign key constraint film_category_category_id_fkey: FOREIGN KEY (category_id) REFERENCES public.category(category_id) ON UPDATE CASCADE ON DELETE RESTRICT
// - foreign key constraint film_category_film_id_fkey: FOREIGN KEY (film_id) REFERENCES public.film(film_id) ON UPDATE CASCADE ON DELETE RESTRICT
// - trigger last_updated
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "film_category")]
pub struct FilmCategory {
    #[ingest(primary_key)]
    pub film_id: i32,
    #[ingest(primary_key)]
    pub category_id: i32,
    #[ingest(default = "now()")]
    pub last_update: Filled<chrono::DateTime<chrono::Utc>>,
}

// Not said by the struct, and left as it is by an ingest:
// - foreign key constraint inventory_film_id_fkey: FOREIGN KEY (film_id) REFERENCES public.film(film_id) ON UPDATE CASCADE ON DELETE RESTRICT
// - foreign key constraint inventory_store_id_fkey: FOREIGN KEY (store_id) REFERENCES public.store(store_id) ON UPDATE CASCADE ON DELETE RESTRICT
// - trigger last_updated
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "inventory")]
#[ingest(index(store_id, film_id))]
pub struct Inventory {
    #[ingest(primary_key, default = "nextval('public.inventory_inventory_id_seq'::regclass)")]
    pub inventory_id: Filled<i32>,
    pub film_id: i32,
    pub store_id: i32,
    #[ingest(default = "now()")]
    pub last_update: Filled<chrono::DateTime<chrono::Utc>>,
}

// Not said by the struct, and left as it is by an ingest:
// - trigger last_updated
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "language")]
pub struct Language {
    #[ingest(primary_key, default = "nextval('public.language_language_id_seq'::regclass)")]
    pub language_id: Filled<i32>,
    pub name: String,
    #[ingest(default = "now()")]
    pub last_update: Filled<chrono::DateTime<chrono::Utc>>,
}

// Not said by the struct, and left as it is by an ingest:
// - unique index payment_uuid_key: btree (uuid, payment_date) (it is no constraint, and `unique` would make it one)
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "payment")]
#[ingest(primary_key(payment_date, payment_id))]
#[ingest(partition_by = "range (payment_date)")]
pub struct Payment {
    #[ingest(default = "nextval('public.payment_payment_id_seq'::regclass)")]
    pub payment_id: Filled<i32>,
    pub customer_id: i32,
    pub staff_id: i32,
    pub rental_id: i32,
    #[ingest(sql_type = "numeric(5,2)")]
    pub amount: rust_decimal::Decimal,
    pub payment_date: chrono::DateTime<chrono::Utc>,
    #[ingest(default = "gen_random_uuid()")]
    pub uuid: Filled<uuid::Uuid>,
}

// Not said by the struct, and left as it is by an ingest:
// - foreign key constraint rental_customer_id_fkey: FOREIGN KEY (customer_id) REFERENCES public.customer(customer_id) ON UPDATE CASCADE ON DELETE RESTRICT
// - foreign key constraint rental_inventory_id_fkey: FOREIGN KEY (inventory_id) REFERENCES public.inventory(inventory_id) ON UPDATE CASCADE ON DELETE RESTRICT
// - foreign key constraint rental_staff_id_fkey: FOREIGN KEY (staff_id) REFERENCES public.staff(staff_id) ON UPDATE CASCADE ON DELETE RESTRICT
// - trigger last_updated
// - unique index idx_unq_rental_rental_date_inventory_id_customer_id: btree (rental_date, inventory_id, customer_id) (it is no constraint, and `unique` would make it one)
// - unique index rental_uuid_key: btree (uuid) (it is no constraint, and `unique` would make it one)
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "rental")]
pub struct Rental {
    #[ingest(primary_key, default = "nextval('public.rental_rental_id_seq'::regclass)")]
    pub rental_id: Filled<i32>,
    pub rental_date: chrono::DateTime<chrono::Utc>,
    #[ingest(index)]
    pub inventory_id: i32,
    pub customer_id: i32,
    pub return_date: Option<chrono::DateTime<chrono::Utc>>,
    pub staff_id: i32,
    #[ingest(default = "now()")]
    pub last_update: Filled<chrono::DateTime<chrono::Utc>>,
    #[ingest(default = "gen_random_uuid()")]
    pub uuid: Filled<uuid::Uuid>,
}

// Not said by the struct, and left as it is by an ingest:
// - foreign key constraint staff_address_id_fkey: FOREIGN KEY (address_id) REFERENCES public.address(address_id) ON UPDATE CASCADE ON DELETE RESTRICT
// - foreign key constraint staff_store_id_fkey: FOREIGN KEY (store_id) REFERENCES public.store(store_id)
// - trigger last_updated
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "staff")]
pub struct Staff {
    #[ingest(primary_key, default = "nextval('public.staff_staff_id_seq'::regclass)")]
    pub staff_id: Filled<i32>,
    pub first_name: String,
    pub last_name: String,
    pub address_id: i32,
    pub email: Option<String>,
    pub store_id: i32,
    #[ingest(default = "true")]
    pub active: bool,
    pub username: String,
    pub password: Option<String>,
    #[ingest(default = "now()")]
    pub last_update: Filled<chrono::DateTime<chrono::Utc>>,
    pub picture: Option<Vec<u8>>,
}

// Not said by the struct, and left as it is by an ingest:
// - foreign key constraint store_address_id_fkey: FOREIGN KEY (address_id) REFERENCES public.address(address_id) ON UPDATE CASCADE ON DELETE RESTRICT
// - trigger last_updated
// - unique index idx_unq_manager_staff_id: btree (manager_staff_id) (it is no constraint, and `unique` would make it one)
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "store")]
pub struct Store {
    #[ingest(primary_key, default = "nextval('public.store_store_id_seq'::regclass)")]
    pub store_id: Filled<i32>,
    pub manager_staff_id: i32,
    pub address_id: i32,
    #[ingest(default = "now()")]
    pub last_update: Filled<chrono::DateTime<chrono::Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, IngestEnum)]
#[ingest(schema = "public", type = "mpaa_rating")]
pub enum MpaaRating {
    G,
    #[ingest(rename = "PG")]
    Pg,
    #[ingest(rename = "PG-13")]
    Pg13,
    R,
    #[ingest(rename = "NC-17")]
    Nc17,
}

pub async fn each(look: &mut crate::look::Look) {
    look.at::<Actor>().await;
    look.at::<Address>().await;
    look.at::<Category>().await;
    look.at::<City>().await;
    look.at::<Country>().await;
    look.at::<Customer>().await;
    look.at::<Film>().await;
    look.at::<FilmActor>().await;
    look.at::<FilmCategory>().await;
    look.at::<Inventory>().await;
    look.at::<Language>().await;
    look.at::<Payment>().await;
    look.at::<Rental>().await;
    look.at::<Staff>().await;
    look.at::<Store>().await;
}

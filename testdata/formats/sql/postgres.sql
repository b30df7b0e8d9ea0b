--
-- PostgreSQL database dump
--

\restrict SYeglIAojiYCkF6PTAB15PGNypBJa4MPs4RMVmR9wENDa4b3oiJNUXaqN4z4LaG

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: Order Log; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public."Order Log" (
    at timestamp without time zone,
    "what's" text
);


ALTER TABLE public."Order Log" OWNER TO postgres;

--
-- Name: members; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.members (
    id integer NOT NULL,
    name text,
    kana text,
    email text,
    phone text,
    postal_code text,
    address text,
    birth_date text,
    note text,
    file bytea
);


ALTER TABLE public.members OWNER TO postgres;

--
-- Name: members_id_seq; Type: SEQUENCE; Schema: public; Owner: postgres
--

CREATE SEQUENCE public.members_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE public.members_id_seq OWNER TO postgres;

--
-- Name: members_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: postgres
--

ALTER SEQUENCE public.members_id_seq OWNED BY public.members.id;


--
-- Name: members id; Type: DEFAULT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.members ALTER COLUMN id SET DEFAULT nextval('public.members_id_seq'::regclass);


--
-- Data for Name: Order Log; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public."Order Log" (at, "what's") FROM stdin;
2026-01-01 00:00:00	sent; to (all)
\.


--
-- Data for Name: members; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.members (id, name, kana, email, phone, postal_code, address, birth_date, note, file) FROM stdin;
1	山田 太郎	ヤマダ タロウ	yamada.taro@example.jp	090-1234-5601	100-0001	東京都千代田区千代田1-1-1	1980/04/12	\N	\N
3	鈴木 一郎	スズキ イチロウ	suzuki.ichiro@example.jp	070-1234-5603	460-0008	愛知県名古屋市中区栄3-5-12	1992/01/30	\N	\N
4	高橋 美咲	タカハシ ミサキ	takahashi.misaki@example.jp	090-1234-5604	980-0811	宮城県仙台市青葉区一番町4-6-1	2001/07/08	\N	\N
5	田中 健一	タナカ ケンイチ	tanaka.kenichi@example.jp	080-1234-5605	810-0001	福岡県福岡市中央区天神1-8-1	1968/09/21	\N	\N
2	佐藤 花子	サトウ ハナコ	sato.hanako@example.jp	080-1234-5602	530-0001	大阪府大阪市北区梅田2-3-4	1975/11/03	It's\ttabbed\nline \\ back	\\x7b226d61696c223a22696e6e6572406578616d706c652e6a70227d
\.


--
-- Name: members_id_seq; Type: SEQUENCE SET; Schema: public; Owner: postgres
--

SELECT pg_catalog.setval('public.members_id_seq', 5, true);


--
-- Name: members members_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_pkey PRIMARY KEY (id);


--
-- PostgreSQL database dump complete
--

\unrestrict SYeglIAojiYCkF6PTAB15PGNypBJa4MPs4RMVmR9wENDa4b3oiJNUXaqN4z4LaG

